"""Settings as the rest of the project sees them: frozen, checked, read once.

`bot.environment` reads them from the environment and one TOML file; tests and the demo build them
from values. Every class here is also a table of the TOML file, closed to unknown keys, so that a
typing error is said and not ignored.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    HttpUrl,
    SecretStr,
    Tag,
    model_validator,
)

from bot.domain.policy import Policy
from bot.domain.polling import PollPolicy
from bot.errors import SettingsError


class Section(BaseModel):
    """A table of settings: frozen, and closed to keys that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(Section):
    """A secret given as a value, or as a file that is read again when the platform refuses it."""

    value: SecretStr | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if (self.value is None) == (self.file is None):
            raise ValueError("give either a value or a file")  # pydantic wants this kind
        return self

    def read(self) -> SecretStr:
        """Give the secret as it is now. Raises SettingsError when its file cannot be read."""
        if self.file is None:
            return self.value or SecretStr("")
        try:
            return SecretStr(self.file.read_text(encoding="utf-8").strip())
        except OSError as error:
            raise SettingsError(
                f"The secret file {self.file} cannot be read: {error.strerror}."
            ) from error
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"The secret file {self.file} cannot be read: it is no text file."
            ) from error


class PlatformLimits(Section):
    """How much one platform is asked to do."""

    packagings_at_once: Annotated[int, Field(ge=1)] = 10
    requests_at_once: Annotated[int, Field(ge=1)] = 8
    requests_per_second: Annotated[float, Field(gt=0)] = 20.0
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None  # to each API of the platform
    starts_per_minute: Annotated[int, Field(ge=1)] | None = None  # of packagings
    attempts: Annotated[int, Field(ge=1)] = 5  # of one call, the first included
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0  # for one answer to begin
    catalogue_minutes: Annotated[float, Field(ge=0)] = 5.0


class OdcLimits(PlatformLimits):
    """The same for OutSystems Developer Cloud, a tenth below the limits that it publishes.

    100 requests a minute for each API of the organisation, 10 for each POST endpoint:
    https://success.outsystems.com/documentation/outsystems_developer_cloud/
    """

    requests_per_minute: Annotated[int, Field(ge=1)] | None = 90
    starts_per_minute: Annotated[int, Field(ge=1)] | None = 9


class OdcPollPolicy(PollPolicy):
    """The pace that OutSystems Developer Cloud publishes: every 5 s for 30 s, then every 30 s."""

    first: timedelta = timedelta(seconds=5)
    later: timedelta = timedelta(seconds=30)


class _Platform(Section):
    """What every platform has."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    url: HttpUrl


class LifeTimeSettings(_Platform):
    """One OutSystems 11 infrastructure."""

    kind: Literal["lifetime"] = "lifetime"
    token: Secret
    limits: PlatformLimits = PlatformLimits()
    polling: PollPolicy = PollPolicy()


class OdcSettings(_Platform):
    """One organisation of OutSystems Developer Cloud; `url` is its portal."""

    kind: Literal["odc"] = "odc"
    client_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
    client_secret: Secret
    limits: OdcLimits = OdcLimits()
    polling: OdcPollPolicy = OdcPollPolicy()


def _kind(given: object) -> object:
    if isinstance(given, dict):
        return given.get("kind", "lifetime")
    return getattr(given, "kind", None)


PlatformSettings = Annotated[
    Annotated[LifeTimeSettings, Tag("lifetime")] | Annotated[OdcSettings, Tag("odc")],
    Discriminator(_kind),
]


class DownloadLimits(Section):
    """What the download server allows."""

    at_once: Annotated[int, Field(ge=1)] = 16
    stall_seconds: Annotated[float, Field(gt=0)] = 60.0


class Retention(Section):
    """How long things are kept."""

    retrievals_days: Annotated[float, Field(gt=0)] = 90
    audit_days: Annotated[float, Field(gt=0)] = 400


class Listen(Section):
    """A host and a port to listen on; port 0 lets the system choose."""

    host: str
    port: Annotated[int, Field(ge=0, le=65535)]


class SlackSettings(Section):
    """How Slack is reached: Socket Mode when there is an app token, HTTP mode otherwise."""

    bot_token: Secret
    app_token: Secret | None = None
    signing_secret: Secret | None = None
    api_url: str = "https://slack.com/api/"


class Settings(Section):
    """Everything that the bot is told from outside."""

    slack: SlackSettings
    platforms: tuple[PlatformSettings, ...]
    public_url: HttpUrl | None = None
    listen: Listen = Listen(host="127.0.0.1", port=3000)
    metrics_listen: Listen | None = None
    database_url: str
    policy: Policy = Policy()
    downloads: DownloadLimits = DownloadLimits()
    retention: Retention = Retention()
    log_format: Literal["console", "json"] = "console"
