"""`sast-source manifest`: print the Slack app manifest."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Any

import typer
import yaml
from yarl import URL

from bot.errors import SettingsError
from bot.web import SLACK_PATH

PublicUrl = Annotated[
    str,
    typer.Option(help="The bot's https:// address, for HTTP mode. Without it: Socket Mode."),
]


def manifest(public_url: PublicUrl = "") -> None:
    """Print the manifest to create the Slack app from."""
    text = read_manifest()
    typer.echo(for_http_mode(text, public_url) if public_url else text, nl=False)


def read_manifest() -> str:
    """Give the Socket Mode manifest as it ships."""
    return files("bot").joinpath("manifest.yml").read_text(encoding="utf-8")


def scopes_in_manifest() -> tuple[frozenset[str], frozenset[str]]:
    """Give the scopes that the app must have, and those that it can do without."""
    scopes = yaml.safe_load(read_manifest())["oauth_config"]["scopes"]
    optional = frozenset(scopes["bot_optional"])
    return frozenset(scopes["bot"]) - optional, optional


def for_http_mode(text: str, public_url: str) -> str:
    """Give the manifest with every request going to `public_url`. Raises SettingsError."""
    address = _endpoint(public_url)
    manifest: dict[str, Any] = yaml.safe_load(text)
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    manifest["settings"]["interactivity"]["request_url"] = address
    manifest["settings"]["socket_mode_enabled"] = False
    dumped: str = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
    return dumped


def _endpoint(public_url: str) -> str:
    try:
        url = URL(public_url)
    except ValueError:
        url = URL()
    if url.scheme != "https" or not url.host or url.query_string or url.fragment:
        raise SettingsError(
            "--public-url takes an address such as https://bot.example.com: Slack calls no other."
        )
    return str(url).rstrip("/") + SLACK_PATH
