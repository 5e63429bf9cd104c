"""ODC's answers as they come over the wire: Portfolio API v2, Asset repository v1, Builds v1, OIDC.

Vendor names only. Nothing is required, although the published specifications promise some fields:
unknown fields are ignored, null is as if the field were absent, and enumerations are plain text.
"""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import AliasGenerator, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from bot.platforms.wire import Wire, without_nulls


class _Wire(Wire):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel), populate_by_name=True
    )


T = TypeVar("T", bound=Wire)
Several = Annotated[tuple[T, ...], BeforeValidator(without_nulls)]


class PageWire(_Wire):
    """Where a page stands in its list."""

    next_page_offset: int | None = None
    total_results: int = 0


class PagedWire(_Wire, Generic[T]):
    """A page of a list, or a list that has no pages."""

    page: PageWire = PageWire()
    results: Several[T] = ()


class EnvironmentWire(_Wire):
    """One of `GET /portfolios/v2/environments`."""

    key: str = ""
    name: str = ""
    purpose: str = ""
    order: int = 0
    status: str = ""
    portfolio_key: str = ""


class PortfolioWire(_Wire):
    """One of `GET /portfolios/v2/portfolios`."""

    key: str = ""
    name: str = ""


class DeploymentWire(_Wire):
    """What of an asset runs in one environment, and since when."""

    environment_key: str = ""
    name: str = ""
    revision: int | None = None
    build_key: str = ""
    deployment_date_time: str = ""
    tag: str = ""


class DeployedAssetWire(_Wire):
    """One of `GET /portfolios/v2/deployed-assets`."""

    key: str = ""
    type: str = ""
    deployments: Several[DeploymentWire] = ()


class AssetWire(_Wire):
    """One revision of an asset: `AssetRevisionV1`; in a list of assets the latest."""

    asset_key: str = ""
    name: str = ""
    asset_type: str = ""
    revision: int | None = None
    tag: str = ""


class BuildWire(_Wire):
    """`BuildDetails`."""

    build_key: str = ""
    asset_key: str = ""
    asset_revision: int | None = None
    build_type: str = ""
    status: str = ""
    started_date_time: str = ""
    finished_date_time: str = ""


class BuildsWire(_Wire):
    """The builds of one revision of an asset; not in pages."""

    builds: Several[BuildWire] = ()


class StartedWire(_Wire):
    """What starting a packaging says."""

    is_successful: bool = True


class PackagingErrorWire(_Wire):
    """One thing the packaging has to say."""

    timestamp: str = ""
    severity: str = ""
    message: str = ""


class PackagingWire(_Wire):
    """How the generated code of a build stands."""

    status: str = ""
    uri: str = ""
    errors: Several[PackagingErrorWire] = ()


class DiscoveryWire(_Wire):
    """The part of an OpenID configuration that we need. Its names are written with underscores."""

    token_endpoint: str = Field("", validation_alias="token_endpoint")


class TokenWire(_Wire):
    """An access token, RFC 6749 section 5.1."""

    access_token: str = Field("", validation_alias="access_token")
    expires_in: object = Field(None, validation_alias="expires_in")


ENVIRONMENTS = TypeAdapter(PagedWire[EnvironmentWire])
PORTFOLIOS = TypeAdapter(PagedWire[PortfolioWire])
DEPLOYED_ASSETS = TypeAdapter(PagedWire[DeployedAssetWire])
ASSETS = TypeAdapter(PagedWire[AssetWire])
ASSET = TypeAdapter(AssetWire)
BUILD = TypeAdapter(BuildWire)
BUILDS = TypeAdapter(BuildsWire)
STARTED = TypeAdapter(StartedWire)
PACKAGING = TypeAdapter(PackagingWire)
DISCOVERY = TypeAdapter(DiscoveryWire)
TOKEN = TypeAdapter(TokenWire)
