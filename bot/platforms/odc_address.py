"""The addresses of ODC's APIs, all on the portal's own host.

Only the origin of the configured address counts: people copy it from a browser, with whatever
page of the portal stood there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from yarl import URL

_DISCOVERY: Final = "/identity/.well-known/openid-configuration"
_WRITTEN_OUT: Final = re.compile(r"[!-~]+")  # a signature holds for these very characters


class Api(StrEnum):
    """The APIs that are called, each by its path. Each has a rate limit of its own."""

    PORTFOLIOS = "/api/portfolios/v2"
    ASSETS = "/api/asset-repository/v1"
    BUILDS = "/api/builds/v1"


class Portal:
    """Where one organisation's APIs are."""

    def __init__(self, configured: str) -> None:
        self._origin = URL(configured).origin()

    @property
    def discovery(self) -> URL:
        """Where the OpenID configuration is."""
        return self._origin.with_path(_DISCOVERY)

    def address(
        self, api: Api, *segments: str, query: Mapping[str, str | int] | None = None
    ) -> URL:
        """Give the address of a resource; a segment is data, whatever characters it has."""
        path = "/".join([api, *(quote(each, safe="") for each in segments)])
        return self._origin.with_path(path, encoded=True).with_query(query)

    def outside(self, address: str) -> URL | None:
        """Give an address that an answer names, wherever it is; None where it cannot be used.

        It must be safe from eavesdroppers unless the portal itself is not, as in a sandbox.
        """
        try:
            address = address.strip()
            url = URL(address, encoded=_WRITTEN_OUT.fullmatch(address) is not None)
            is_usable = bool(url.host) and url.user is None and url.port is not None
        except ValueError:
            return None
        return url if is_usable and url.scheme in {"https", self._origin.scheme} else None
