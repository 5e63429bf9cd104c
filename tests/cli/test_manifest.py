"""The manifest against the code that needs it, and against Slack's own schema."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import cast

import jsonschema
import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from typer import Typer
from typer.testing import CliRunner

import handlers
from bot.app import running_bot
from bot.cli.doctor.scopes import COSTS
from bot.cli.manifest import for_http_mode, manifest, read_manifest, scopes_in_manifest
from bot.errors import SettingsError
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.slack import Fault, SandboxSlack
from bot.sandbox.slack import scopes as slacks_scopes
from bot.service import Service
from bot.settings import LifeTimeSettings, Listen, PlatformLimits, Secret, Settings, SlackSettings
from bot.slack import methods
from bot.slack.actions import Action
from bot.slack.methods import Method
from bot.web import SLACK_PATH
from tests.steady_clock import SteadyClock

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]

# For each method the scopes that it can be used with, one for each kind of conversation in which
# the bot uses it. Source: each method's page at https://docs.slack.dev/reference/methods/.
SCOPES_OF = {
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.update": {"chat:write"},
    "chat.getPermalink": set(),
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.delete": {"files:write"},
}
# Asked outside the table of methods: by Bolt's app, by /readyz, for Socket Mode.
WITHOUT_BOT_SCOPE = {"auth.test", "api.test", "apps.connections.open"}
# What is no Web API method, but needs a scope.
SCOPE_OF_COMMANDS = "commands"


class Registrations(AsyncApp):
    """Bolt's app, which also remembers what was bound to it."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-1", signing_secret="secret")
        self.bound: dict[str, list[str]] = {}

    def _remember(self, kind: str, name: object) -> None:
        self.bound.setdefault(kind, []).append(str(name))

    def command(self, command, *arguments, **more):
        self._remember("command", command)
        return super().command(command, *arguments, **more)

    def action(self, constraints, *arguments, **more):
        self._remember("action", constraints)
        return super().action(constraints, *arguments, **more)

    def shortcut(self, constraints, *arguments, **more):
        self._remember("shortcut", constraints)
        return super().shortcut(constraints, *arguments, **more)

    def event(self, event, *arguments, **more):
        self._remember("event", event)
        return super().event(event, *arguments, **more)

    def options(self, constraints, *arguments, **more):
        self._remember("options", constraints)
        return super().options(constraints, *arguments, **more)

    def function(self, callback_id, *arguments, **more):
        self._remember("function", callback_id)
        return super().function(callback_id, *arguments, **more)


@pytest.fixture
def bound():
    app = Registrations()
    # Binding asks nothing of the service, and says nothing.
    handlers.register(app, cast("Service", None), cast("handlers.Say", None))
    return app.bound


@pytest.fixture
def shipped():
    return yaml.safe_load(read_manifest())


def names(entries, key):
    return [entry[key] for entry in entries]


def test_every_command_that_is_handled_is_in_the_manifest_and_no_other(bound, shipped):
    assert bound["command"] == names(shipped["features"]["slash_commands"], "command")


def test_every_button_is_handled_and_buttons_are_turned_on(bound, shipped):
    assert sorted(bound["action"]) == sorted(map(str, Action))
    assert shipped["settings"]["interactivity"]["is_enabled"]


def test_events_shortcuts_options_and_functions_stand_on_both_sides_or_on_none(bound, shipped):
    events = shipped["settings"].get("event_subscriptions", {}).get("bot_events", [])
    shortcuts = names(shipped["features"].get("shortcuts", []), "callback_id")
    has_options = "message_menu_options_url" in shipped["settings"]["interactivity"]

    assert bound.get("event", []) == events
    assert bound.get("shortcut", []) == shortcuts
    assert ("options" in bound) == has_options
    assert bound.get("function", []) == list(shipped.get("functions", {}))


def known_methods():
    return {each.name for each in vars(methods).values() if isinstance(each, Method)}


def test_every_method_that_is_called_has_known_scopes():
    assert known_methods() == set(SCOPES_OF)


def test_no_method_is_called_beside_the_table():
    calls = re.compile(
        r"\b(?:client|web_client)\.(?P<snake>(?:chat|conversations|files|users|views|auth|api|apps"
        r"|usergroups|reactions|team|bookmarks|pins)_\w+)\("
    )
    bot = [path for path in SOURCES if "sandbox" not in path.parts]
    found = {each["snake"] for path in bot for each in calls.finditer(path.read_text("utf-8"))}

    assert found <= {name.replace(".", "_") for name in WITHOUT_BOT_SCOPE}


def test_the_manifest_has_the_scopes_that_the_methods_need_and_no_other():
    required, optional = scopes_in_manifest()
    needed = set().union(*SCOPES_OF.values()) | {SCOPE_OF_COMMANDS}

    assert required | optional == needed


def test_every_method_can_be_called_with_what_the_manifest_asks_for():
    required, optional = scopes_in_manifest()
    for method in SCOPES_OF:
        slacks_scopes.require_for_method(required | optional, method)


def settings_between(slack, lifetime, folder):
    """Give the settings of a bot in Socket Mode that shares packages as files."""
    platform = LifeTimeSettings(
        name="LifeTime",
        url=lifetime.url,
        token=Secret(value=lifetime.token),
        limits=PlatformLimits(requests_per_second=1000),
    )
    return Settings(
        slack=SlackSettings(
            bot_token=Secret(value=slack.bot_token),
            app_token=Secret(value=slack.app_token),
            api_url=slack.api_url,
        ),
        platforms=(platform,),
        listen=Listen(host="127.0.0.1", port=0),
        database_url=f"sqlite:///{folder / 'bot.sqlite3'}",
    )


@pytest.fixture
async def workspace(tmp_path):
    """Run the bot in a workspace that grants what the manifest asks for, and no more."""
    required, optional = scopes_in_manifest()
    clock = SteadyClock(40)
    slack, lifetime = SandboxSlack(clock, scopes=required | optional), SandboxLifeTime(clock=clock)
    await slack.start()
    await lifetime.start()
    async with running_bot(settings_between(slack, lifetime, tmp_path), clock=clock):
        await slack.connected()
        yield slack
    await slack.stop()
    await lifetime.stop()


def names_called(slack):
    return {call.method for call in slack.calls} - {"ack", "response_url", "upload"}


async def test_the_bot_works_with_what_the_manifest_asks_for(workspace):
    # Each of these channels lets the bot speak in another way; in one it must go to a DM.
    channels = ("releases", "general", "core-team", "war-room")
    # An answer that is lost makes the bot look for what it posted, in a channel and in a DM.
    for place in (workspace.channel("releases"), workspace.direct("ada")):
        workspace.inject(Fault("chat.postMessage", "drop_after", channel=place.id))
    for channel in channels:
        await workspace.slash_command("ada", channel, "/sast-source", "EmployeeBackoffice Testing")

    def shared():
        return [call for call in workspace.calls if call.method == "files.completeUploadExternal"]

    await workspace.wait_until(lambda: len(shared()) == len(channels), within=30)

    refused = [
        (call.method, call.channel) for call in workspace.calls if call.error == "missing_scope"
    ]
    assert refused == []
    assert names_called(workspace) <= set(SCOPES_OF) | WITHOUT_BOT_SCOPE
    assert {"conversations.history", "conversations.open"} <= names_called(workspace)


def test_what_cannot_be_done_without_is_not_optional():
    required, _ = scopes_in_manifest()

    assert {"commands", "chat:write"} <= required


def test_every_optional_scope_is_asked_for_too(shipped):
    # "Optional" marks a scope of the list beside it; it does not add one.
    scopes = shipped["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) < set(scopes["bot"])


def test_every_scope_has_a_reason_beside_it():
    listed = re.findall(r"^      - (\S+)(.*)$", read_manifest(), re.MULTILINE)
    reasons = {scope: rest for scope, rest in listed if rest}

    required, optional = scopes_in_manifest()
    assert set(reasons) == required | optional
    assert all(rest.startswith(" # ") for rest in reasons.values())


def test_doctor_knows_what_each_scope_costs():
    required, optional = scopes_in_manifest()

    assert set(COSTS) == required | optional


def test_the_bot_can_be_written_to_directly(shipped):
    # Without its Messages tab chat.postMessage says messages_tab_disabled.
    assert shipped["features"]["app_home"]["messages_tab_enabled"]


def test_the_one_in_the_package_is_the_one_at_the_top():
    assert read_manifest() == (ROOT / "manifest.yml").read_text(encoding="utf-8")


def printed(*arguments):
    app = Typer()
    app.command()(manifest)
    return CliRunner().invoke(app, arguments)


def test_without_an_address_socket_mode_is_printed_as_it_ships():
    result = printed()

    assert result.exit_code == 0
    assert result.stdout == read_manifest()
    assert yaml.safe_load(result.stdout)["settings"]["socket_mode_enabled"]


@pytest.mark.parametrize("address", ["https://bot.example.com", "https://bot.example.com/"])
def test_with_an_address_every_request_goes_there(address, shipped):
    result = printed("--public-url", address)

    endpoint = "https://bot.example.com" + SLACK_PATH
    http = yaml.safe_load(result.stdout)
    assert names(http["features"]["slash_commands"], "url") == [endpoint]
    assert http["settings"]["interactivity"]["request_url"] == endpoint
    assert not http["settings"]["socket_mode_enabled"]
    assert http["oauth_config"] == shipped["oauth_config"]
    assert http["display_information"] == shipped["display_information"]


@pytest.mark.parametrize(
    "address",
    [
        "http://bot.example.com",
        "bot.example.com",
        "https://",
        "https://x.example.com?a=b",
        "https://[",
    ],
)
def test_an_address_that_slack_would_not_call_is_one_sentence(address):
    with pytest.raises(SettingsError, match="--public-url takes an address"):
        for_http_mode(read_manifest(), address)


@pytest.mark.parametrize("address", ["", "https://bot.example.com"])
def test_slacks_schema_accepts_the_manifest(address):
    specs = os.environ.get("SAST_SOURCE_SPECS")
    if not specs:
        pytest.skip("SAST_SOURCE_SPECS does not say where Slack's manifest schema is")
    schema = json.loads(
        (Path(specs) / "schema" / "manifest.schema.2.0.0.json").read_text(encoding="utf-8")
    )
    text = for_http_mode(read_manifest(), address) if address else read_manifest()

    jsonschema.Draft7Validator(schema).validate(yaml.safe_load(text))
