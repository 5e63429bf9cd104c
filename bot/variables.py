"""What a setting must look like, and the sentence where it does not.

Which variables there are, and what they make, is `bot.environment`'s. Everything here raises
SettingsError and nothing else, and shows no value that can be secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final, Literal

from pydantic import HttpUrl, TypeAdapter, ValidationError

from bot.errors import SettingsError
from bot.settings import Listen, PlatformSettings, Secret

# What the platforms are called that variables make; those of the file have names of their own.
LIFETIME_NAME: Final = "LifeTime"
ODC_NAME: Final = "ODC"

_URL: Final = TypeAdapter(HttpUrl)
_ADDRESS: Final = re.compile(r"(?P<host>\[[^\[\]]+\]|[^\[\]:\s]+):(?P<port>[0-9]{1,5})")
_DATABASE: Final = re.compile(r"sqlite(\+\w+)?:///(?!:memory:).+|postgresql(\+\w+)?://.+")
_HIGHEST_PORT: Final = 65535
_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"", "0", "false", "no", "off"}


def web_address(name: str, text: str) -> HttpUrl:
    """Read a URL."""
    try:
        return _URL.validate_python(text)
    except ValidationError as error:
        raise SettingsError(
            f"{name} is not a web address: write it like https://host.example.com."
        ) from error


def origin(url: HttpUrl) -> HttpUrl:
    """Give the scheme, host and port of a URL without what follows them."""
    return HttpUrl.build(scheme=url.scheme, host=url.host or "", port=url.port)


def listen_address(name: str, text: str) -> Listen:
    """Read HOST:PORT."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > _HIGHEST_PORT:
        raise SettingsError(f"{name} takes HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000.")
    return Listen(host=found["host"].strip("[]"), port=int(found["port"]))


def database_address(name: str, text: str) -> str:
    """Check the URL of a database."""
    if not _DATABASE.fullmatch(text):  # it may hold a password, so it is not shown
        raise SettingsError(
            f"{name} takes sqlite:////path/to/file.sqlite3 or postgresql://user@host/name."
        )
    return text


def truth(name: str, text: str) -> bool:
    """Read true or false."""
    if text.lower() not in _TRUE | _FALSE:
        raise SettingsError(f'{name} is "{text}": it takes true or false.')
    return text.lower() in _TRUE


def log_format(name: str, text: str) -> Literal["console", "json"]:
    """Read how the log is written."""
    match text.lower():
        case "console":
            return "console"
        case "json":
            return "json"
        case _:
            raise SettingsError(f'{name} is "{text}": it takes console or json.')


def check_secret(whose: str, secret: Secret) -> None:
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


def refuse_some(together: Mapping[str, object]) -> None:
    """Refuse some of the variables that are only of use together; none of them is fine."""
    given = [name for name, value in together.items() if value is not None]
    missing = [_as_it_can_be_set(name) for name, value in together.items() if value is None]
    if given:
        raise SettingsError(f"{_are(given)} set, but {_are(missing)} not.")


def refuse_twins(platforms: Sequence[PlatformSettings]) -> None:
    """Refuse two platforms with one name, and one platform with two: its limits hold for both."""
    for one, other in combinations(platforms, 2):
        if one.name.casefold() == other.name.casefold():
            raise SettingsError(f'Two platforms have the name "{one.name}": rename one.')
        if origin(one.url) == origin(other.url):
            raise SettingsError(
                f'The platforms "{one.name}" and "{other.name}" are the same one, '
                f"{origin(one.url)}: keep one of them."
            )


def _as_it_can_be_set(name: str) -> str:
    return f"{name} (or {name}_FILE)" if name.endswith(("_TOKEN", "_SECRET")) else name


def _are(names: list[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"
