"""The TOML file: what it may hold, and what is said of one that cannot be read.

Which file it is, and what else the settings come from, is `bot.environment`'s.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.domain.policy import Policy
from bot.domain.polling import PollPolicy
from bot.errors import SettingsError
from bot.settings import DownloadLimits, PlatformLimits, PlatformSettings, Retention, Section


class ConfigFile(Section):
    """The TOML file: policy, limits, and more than one platform."""

    platform: tuple[PlatformSettings, ...] = ()
    policy: Policy = Policy()
    limits: PlatformLimits = PlatformLimits()
    polling: PollPolicy = PollPolicy()
    downloads: DownloadLimits = DownloadLimits()
    retention: Retention = Retention()


def read_config_file(name: str) -> ConfigFile:
    """Read the file. Raises SettingsError, which names every key that is wrong and its place."""
    try:
        table = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"SAST_SOURCE_CONFIG names {name}, which cannot be read: {error.strerror}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # A TOML error tells the line and column and quotes at most one character of the text.
        raise SettingsError(
            f"SAST_SOURCE_CONFIG names {name}, which is not valid TOML: {error}."
        ) from error
    try:
        return ConfigFile.model_validate(_with_defaults(table))
    except ValidationError as error:
        wrong = "; ".join(map(_in_words, error.errors(include_url=False, include_input=False)))
        # No cause: pydantic's own text shows what was given, which can be a secret.
        failure = SettingsError(f"SAST_SOURCE_CONFIG names {name}, where {wrong}.")
    raise failure


def _with_defaults(table: dict[str, Any]) -> dict[str, Any]:
    """Let `[limits]` and `[polling]` hold, key by key, for every platform that does not differ."""
    platforms = table.get("platform", [])
    if not isinstance(platforms, list):
        return table
    merged = [_over_shared(one, table) if isinstance(one, dict) else one for one in platforms]
    return {**table, "platform": merged}


def _over_shared(platform: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """Give a platform with the keys of the shared tables; the others keep their kind's defaults."""
    result = dict(platform)
    for name in ("limits", "polling"):
        shared, own = table.get(name, {}), platform.get(name, {})
        if isinstance(shared, dict) and isinstance(own, dict):
            result[name] = {**shared, **own}
    return result


def _in_words(error: Mapping[str, Any]) -> str:
    """Say one thing that is wrong, and where."""
    where = _place(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return f"{where} is not a setting that sast-source knows"
        case "missing":
            return f"{where} is missing"
        case "union_tag_invalid":
            kinds = str(error["ctx"]["expected_tags"]).replace("'", '"').replace(", ", " or ")
            return f"{where}: kind is not right (it takes {kinds})"
        case "union_tag_not_found":
            return f"{where} is not right (it takes a table)"
        case "string_pattern_mismatch":
            return f"{where} is not right (it has spaces or characters that none has)"
        case _:
            said = str(error["msg"]).removeprefix("Value error, ")
            return f"{where} is not right ({said[:1].lower()}{said[1:].rstrip('.')})"


def _place(loc: tuple[str | int, ...]) -> str:
    """Write a place the way people count: `platform 1: limits.attempts`."""
    if loc[:1] == ("platform",):
        loc = (*loc[:2], *loc[3:])  # what stands there is the kind by which pydantic chose
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f" {part + 1}:"
        else:
            text += f" {part}" if text.endswith(":") else f".{part}"
    return text.strip(". ").removesuffix(":")
