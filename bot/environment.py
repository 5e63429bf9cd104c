"""Read the settings from the environment, `.env` and the TOML file that SAST_SOURCE_CONFIG names.

The only place that reads the environment, and only when asked. What is wrong or missing is one
sentence that names the variable (SettingsError); the command line ends with status 2 then. No
sentence shows the value of a secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Literal

from dotenv import dotenv_values
from pydantic import HttpUrl, SecretStr, ValidationError

from bot.config_file import ConfigFile, read_config_file
from bot.domain.policy import Policy
from bot.errors import SettingsError
from bot.settings import (
    LifeTimeSettings,
    Listen,
    OdcLimits,
    OdcPollPolicy,
    OdcSettings,
    PlatformSettings,
    Secret,
    Settings,
    SlackSettings,
)
from bot.variables import (
    LIFETIME_NAME,
    ODC_NAME,
    check_secret,
    database_address,
    listen_address,
    log_format,
    origin,
    refuse_some,
    refuse_twins,
    truth,
    web_address,
)

_DEFAULT_LISTEN: Final = Listen(host="127.0.0.1", port=3000)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read everything that `serve` needs. Raises SettingsError."""
    variables = _variables(environ)
    config = _config_file(variables)
    return Settings(
        slack=_slack(variables),
        platforms=_platforms(variables, config),
        public_url=_url(variables, "PUBLIC_URL"),
        listen=_listen(variables, "LISTEN") or _DEFAULT_LISTEN,
        metrics_listen=_listen(variables, "METRICS_LISTEN"),
        database_url=_database_url(variables),
        policy=_policy(variables, config),
        downloads=config.downloads,
        retention=config.retention,
        log_format=_log_format(variables),
    )


def load_platforms(
    environ: Mapping[str, str] | None = None,
) -> tuple[tuple[PlatformSettings, ...], Policy]:
    """Read what `fetch` needs: the platforms and the policy. Raises SettingsError."""
    variables = _variables(environ)
    config = _config_file(variables)
    return _platforms(variables, config), _policy(variables, config)


def complaints(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Give a sentence for everything that is wrong, where `load` stops at the first.

    A TOML file that cannot be read hides the rest.
    """
    try:
        variables = _variables(environ)
        config = _config_file(variables)
    except SettingsError as error:
        return (error.message,)
    readers: tuple[Callable[[], object], ...] = (
        partial(_receiving, variables),
        partial(_bot_token, variables),
        partial(_url, variables, "SLACK_API_URL"),
        partial(_lifetime, variables, config),
        partial(_odc, variables, config),
        partial(_platforms, variables, config),
        partial(_url, variables, "PUBLIC_URL"),
        partial(_listen, variables, "LISTEN"),
        partial(_listen, variables, "METRICS_LISTEN"),
        partial(_database_url, variables),
        partial(_policy, variables, config),
        partial(_log_format, variables),
    )
    return tuple(dict.fromkeys(filter(None, map(_complaint, readers))))


def _complaint(read: Callable[[], object]) -> str:
    try:
        read()
    except SettingsError as error:
        return error.message
    return ""


def _variables(environ: Mapping[str, str] | None) -> dict[str, str]:
    """Give the environment over `.env`, blank values left out."""
    if environ is None:
        environ = {**_env_file(), **os.environ}
    return {name: value.strip() for name, value in environ.items() if value.strip()}


def _env_file() -> dict[str, str]:
    try:
        found = dotenv_values(".env")
    except OSError as error:
        raise SettingsError(f"The file .env cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError("The file .env cannot be read: it is not UTF-8 text.") from error
    return {name: value or "" for name, value in found.items()}


def _config_file(variables: Mapping[str, str]) -> ConfigFile:
    name = variables.get("SAST_SOURCE_CONFIG")
    return read_config_file(name) if name else ConfigFile()


def _slack(variables: Mapping[str, str]) -> SlackSettings:
    app_token, signing_secret = _receiving(variables)
    bot_token = _bot_token(variables)
    api_url = _url(variables, "SLACK_API_URL")
    given = {} if api_url is None else {"api_url": str(api_url).rstrip("/") + "/"}
    return SlackSettings(
        bot_token=bot_token, app_token=app_token, signing_secret=signing_secret, **given
    )


def _receiving(variables: Mapping[str, str]) -> tuple[Secret | None, Secret | None]:
    """Read what one of the two ways to hear from Slack needs."""
    app_token = _slack_token(variables, "SLACK_APP_TOKEN", "xapp-", "app-level token")
    signing_secret = _secret(variables, "SLACK_SIGNING_SECRET")
    if app_token is None and signing_secret is None:
        raise SettingsError(
            "Set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP mode."
        )
    return app_token, signing_secret


def _bot_token(variables: Mapping[str, str]) -> Secret:
    token = _slack_token(variables, "SLACK_BOT_TOKEN", "xoxb-", "Bot User OAuth Token")
    if token is None:
        raise SettingsError(
            "SLACK_BOT_TOKEN is not set: it is the Bot User OAuth Token (xoxb-…) of the Slack app."
        )
    return token


def _slack_token(variables: Mapping[str, str], name: str, prefix: str, what: str) -> Secret | None:
    """Read a token of Slack's. An expiring one has a prefix before its prefix: `xoxe.xoxb-`."""
    token = _secret(variables, name)
    if token is None:
        return None
    if not token.read().get_secret_value().removeprefix("xoxe.").startswith(prefix):
        raise SettingsError(f"{name} is not Slack's {what}, which begins with {prefix}.")
    return token


def _platforms(variables: Mapping[str, str], config: ConfigFile) -> tuple[PlatformSettings, ...]:
    platforms = (
        *_lifetime(variables, config),
        *_odc(variables, config),
        *map(_checked, config.platform),
    )
    if not platforms:
        raise SettingsError(
            "No platform is configured: set LIFETIME_URL and LIFETIME_TOKEN for OutSystems 11, or "
            "ODC_PORTAL_URL, ODC_CLIENT_ID and ODC_CLIENT_SECRET for OutSystems Developer Cloud, "
            "or name platforms in the file of SAST_SOURCE_CONFIG."
        )
    refuse_twins(platforms)
    return platforms


def _checked(platform: PlatformSettings) -> PlatformSettings:
    """Check a platform of the file, as far as the file could not."""
    match platform:
        case LifeTimeSettings():
            check_secret(f'The token of the platform "{platform.name}"', platform.token)
            return platform
        case OdcSettings():
            whose = f'The client_secret of the platform "{platform.name}"'
            check_secret(whose, platform.client_secret)
            return platform.model_copy(update={"url": origin(platform.url)})


def _lifetime(variables: Mapping[str, str], config: ConfigFile) -> tuple[LifeTimeSettings, ...]:
    url = _url(variables, "LIFETIME_URL")
    token = _secret(variables, "LIFETIME_TOKEN")
    if url is None or token is None:
        refuse_some({"LIFETIME_URL": url, "LIFETIME_TOKEN": token})
        return ()
    lifetime = LifeTimeSettings(
        name=LIFETIME_NAME, url=url, token=token, limits=config.limits, polling=config.polling
    )
    return (lifetime,)


def _odc(variables: Mapping[str, str], config: ConfigFile) -> tuple[OdcSettings, ...]:
    url = _url(variables, "ODC_PORTAL_URL")
    client_id = variables.get("ODC_CLIENT_ID")
    secret = _secret(variables, "ODC_CLIENT_SECRET")
    if url is None or client_id is None or secret is None:
        refuse_some(
            {"ODC_PORTAL_URL": url, "ODC_CLIENT_ID": client_id, "ODC_CLIENT_SECRET": secret}
        )
        return ()
    try:
        odc = OdcSettings(
            name=ODC_NAME,
            url=origin(url),
            client_id=client_id,
            client_secret=secret,
            limits=OdcLimits.model_validate(config.limits.model_dump(exclude_unset=True)),
            polling=OdcPollPolicy.model_validate(config.polling.model_dump(exclude_unset=True)),
        )
    except ValidationError:
        failure = SettingsError(
            "ODC_CLIENT_ID is not the id of an API client: copy it from the ODC Portal, "
            "under Management > API clients."
        )
    else:
        return (odc,)
    raise failure


def _policy(variables: Mapping[str, str], config: ConfigFile) -> Policy:
    if "ALLOW_PRODUCTION" not in variables:
        return config.policy
    allowed = truth("ALLOW_PRODUCTION", variables["ALLOW_PRODUCTION"])
    return config.policy.model_copy(update={"allow_production": allowed})


def _secret(variables: Mapping[str, str], name: str) -> Secret | None:
    value, file = variables.get(name), variables.get(f"{name}_FILE")
    if value and file:
        raise SettingsError(f"{name} and {name}_FILE are both set: keep one of them.")
    if file:
        secret, whose = Secret(file=Path(file)), f"{name}_FILE"
    elif value:
        secret, whose = Secret(value=SecretStr(value)), name
    else:
        return None
    check_secret(whose, secret)
    return secret


def _url(variables: Mapping[str, str], name: str) -> HttpUrl | None:
    return web_address(name, variables[name]) if name in variables else None


def _listen(variables: Mapping[str, str], name: str) -> Listen | None:
    return listen_address(name, variables[name]) if name in variables else None


def _log_format(variables: Mapping[str, str]) -> Literal["console", "json"]:
    return log_format("LOG_FORMAT", variables.get("LOG_FORMAT", "console"))


def _database_url(variables: Mapping[str, str]) -> str:
    """Give the database, by default a SQLite file in the user's state directory.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative path is ignored.
    """
    if "DATABASE_URL" in variables:
        return database_address("DATABASE_URL", variables["DATABASE_URL"])
    state = Path(variables.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        try:
            state = Path.home() / ".local" / "state"
        except RuntimeError as error:
            raise SettingsError(
                "DATABASE_URL is not set, and there is no home directory for its default: "
                "set it to sqlite:////path/to/file.sqlite3."
            ) from error
    return f"sqlite:///{state / 'sast-source' / 'sast-source.sqlite3'}"
