"""Read the settings from the environment, `.env` and the TOML file that SAST_SOURCE_CONFIG names.

The only place that reads the environment, and only when asked. What is wrong or missing is one
sentence that names the variable (SettingsError); the command line ends with status 2 then. No
sentence shows the value of a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Literal

from dotenv import dotenv_values
from pydantic import HttpUrl, SecretStr, TypeAdapter, ValidationError

from bot.config_file import ConfigFile, read_config_file
from bot.domain.policy import Policy
from bot.errors import SettingsError
from bot.settings import Listen, PlatformSettings, Secret, Settings, SlackSettings

_URL: Final = TypeAdapter(HttpUrl)
_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"", "0", "false", "no", "off"}
_ADDRESS: Final = re.compile(r"(?P<host>\[[^\[\]]+\]|[^\[\]:\s]+):(?P<port>[0-9]{1,5})")
_DATABASE: Final = re.compile(r"sqlite(\+\w+)?:///(?!:memory:).+|postgresql(\+\w+)?://.+")
_HIGHEST_PORT: Final = 65535
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
        partial(_platforms, variables, config),
        partial(_url, variables, "PUBLIC_URL"),
        partial(_listen, variables, "LISTEN"),
        partial(_listen, variables, "METRICS_LISTEN"),
        partial(_database_url, variables),
        partial(_policy, variables, config),
        partial(_log_format, variables),
    )
    return tuple(filter(None, map(_complaint, readers)))


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
    platforms = (*_lifetime(variables, config), *config.platform)
    if not platforms:
        raise SettingsError(
            "No platform is configured: set LIFETIME_URL and LIFETIME_TOKEN, or name platforms "
            "in the file of SAST_SOURCE_CONFIG."
        )
    names = [platform.name.casefold() for platform in platforms]
    for platform in platforms:
        if names.count(platform.name.casefold()) > 1:
            raise SettingsError(f'Two platforms have the name "{platform.name}": rename one.')
    for platform in config.platform:
        _check(platform.token, f'The token of the platform "{platform.name}"')
    return platforms


def _lifetime(variables: Mapping[str, str], config: ConfigFile) -> tuple[PlatformSettings, ...]:
    url = _url(variables, "LIFETIME_URL")
    token = _secret(variables, "LIFETIME_TOKEN")
    if url is None and token is None:
        return ()
    if url is None:
        raise SettingsError("LIFETIME_TOKEN is set, but LIFETIME_URL is not.")
    if token is None:
        raise SettingsError(
            "LIFETIME_URL is set, but LIFETIME_TOKEN (or LIFETIME_TOKEN_FILE) is not."
        )
    lifetime = PlatformSettings(
        name="LifeTime", url=url, token=token, limits=config.limits, polling=config.polling
    )
    return (lifetime,)


def _policy(variables: Mapping[str, str], config: ConfigFile) -> Policy:
    if "ALLOW_PRODUCTION" not in variables:
        return config.policy
    given = variables["ALLOW_PRODUCTION"]
    if given.lower() not in _TRUE | _FALSE:
        raise SettingsError(f'ALLOW_PRODUCTION is "{given}": it takes true or false.')
    return config.policy.model_copy(update={"allow_production": given.lower() in _TRUE})


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
    _check(secret, whose)
    return secret


def _check(secret: Secret, whose: str) -> None:
    """Refuse a secret that cannot be read, or cannot travel in a header."""
    try:
        value = secret.read().get_secret_value()
    except SettingsError as error:
        raise SettingsError(f"{whose} cannot be used: {error.message}") from error
    if not value:
        raise SettingsError(f"{whose} cannot be used: it is empty.")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise SettingsError(
            f"{whose} cannot be used: it has spaces or characters that no token has."
        )


def _url(variables: Mapping[str, str], name: str) -> HttpUrl | None:
    if name not in variables:
        return None
    try:
        return _URL.validate_python(variables[name])
    except ValidationError as error:
        raise SettingsError(
            f"{name} is not a web address: write it like https://host.example.com."
        ) from error


def _listen(variables: Mapping[str, str], name: str) -> Listen | None:
    if name not in variables:
        return None
    found = _ADDRESS.fullmatch(variables[name])
    if found is None or int(found["port"]) > _HIGHEST_PORT:
        raise SettingsError(f"{name} takes HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000.")
    return Listen(host=found["host"].strip("[]"), port=int(found["port"]))


def _log_format(variables: Mapping[str, str]) -> Literal["console", "json"]:
    given = variables.get("LOG_FORMAT", "console")
    match given.lower():
        case "console":
            return "console"
        case "json":
            return "json"
        case _:
            raise SettingsError(f'LOG_FORMAT is "{given}": it takes console or json.')


def _database_url(variables: Mapping[str, str]) -> str:
    """Give the database, by default a SQLite file in the user's state directory.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative path is ignored.
    """
    if "DATABASE_URL" in variables:
        return _known_database(variables["DATABASE_URL"])
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


def _known_database(url: str) -> str:
    if not _DATABASE.fullmatch(url):  # it may hold a password, so it is not shown
        raise SettingsError(
            "DATABASE_URL takes sqlite:////path/to/file.sqlite3 or postgresql://user@host/name."
        )
    return url
