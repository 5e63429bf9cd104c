"""What doctor says of Slack."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.cli.doctor.finding import Verdict
from bot.cli.doctor.scopes import scope_findings
from bot.cli.manifest import scopes_in_manifest
from bot.sandbox.slack import Fault
from bot.settings import Secret

REQUIRED, OPTIONAL = scopes_in_manifest()


async def test_a_working_installation_is_told_who_the_bot_is(installation):
    found = await installation.examine()

    token = found.one("Slack bot token")
    assert token.verdict is Verdict.OK
    assert "@" in token.text
    assert found.one("Slack scopes").verdict is Verdict.OK
    assert found.one("Slack app-level token").verdict is Verdict.OK
    assert found.one("Clock against Slack").verdict is Verdict.OK


@pytest.mark.parametrize("scopes", [REQUIRED | OPTIONAL, REQUIRED | OPTIONAL | {"users:read"}])
async def test_the_scopes_of_the_manifest_are_enough(scopes):
    slack = scope_findings(scopes, is_uploading=True)

    assert [each.verdict for each in slack] == [Verdict.OK]


async def test_a_token_that_slack_does_not_know_blocks(installation):
    installation.change_slack(bot_token=Secret(value=SecretStr("xoxb-wrong-token")))

    token = (await installation.examine()).one("Slack bot token")

    assert token.verdict is Verdict.BLOCKED
    assert "invalid_auth" in token.text
    assert "SLACK_BOT_TOKEN" in token.remedy


async def test_a_revoked_token_blocks(installation):
    installation.slack.knobs.token_revoked = True

    found = await installation.examine()

    assert "token_revoked" in found.one("Slack bot token").text
    assert found.one("Slack bot token").verdict is Verdict.BLOCKED


async def test_a_missing_required_scope_blocks_and_an_optional_one_warns(installation):
    installation.slack.knobs.missing_scopes = {"commands", "im:history"}
    installation.change(public_url=None)

    found = (await installation.examine()).about("Slack scopes")

    verdicts = {each.text.split()[3].rstrip(":"): each.verdict for each in found}
    assert verdicts["commands"] is Verdict.BLOCKED
    assert verdicts["im:history"] is Verdict.WARNING
    assert all("install the app again" in each.remedy for each in found)


@pytest.mark.parametrize("scope", sorted(REQUIRED | OPTIONAL))
def test_each_missing_scope_is_named_with_what_it_costs(scope):
    found = scope_findings((REQUIRED | OPTIONAL) - {scope}, is_uploading=False)

    assert len(found) == 1
    assert found[0].text.startswith(f"The app lacks {scope}: ")
    expected = Verdict.BLOCKED if scope in REQUIRED else Verdict.WARNING
    assert found[0].verdict is expected


@pytest.mark.parametrize(
    ("is_uploading", "verdict"), [(True, Verdict.BLOCKED), (False, Verdict.WARNING)]
)
def test_files_cannot_be_done_without_where_there_is_no_public_url(is_uploading, verdict):
    found = scope_findings((REQUIRED | OPTIONAL) - {"files:write"}, is_uploading=is_uploading)

    assert [each.verdict for each in found] == [verdict]


def test_scopes_that_slack_does_not_tell_are_a_warning():
    assert scope_findings(None, is_uploading=False)[0].verdict is Verdict.WARNING


async def test_an_app_token_without_its_scope_blocks_and_names_it(installation):
    installation.slack.knobs.missing_scopes = {"connections:write"}

    token = (await installation.examine()).one("Slack app-level token")

    assert token.verdict is Verdict.BLOCKED
    assert "connections:write" in token.text


async def test_a_bot_token_in_the_place_of_the_app_token_blocks(installation):
    installation.change_slack(app_token=installation.settings.slack.bot_token)

    token = (await installation.examine()).one("Slack app-level token")

    assert token.verdict is Verdict.BLOCKED
    assert "not_allowed_token_type" in token.text


async def test_http_mode_needs_no_app_token(installation):
    secret = Secret(value=SecretStr(installation.slack.signing_secret))
    installation.change_slack(app_token=None, signing_secret=secret)

    found = await installation.examine()

    assert found.one("Slack signing secret").verdict is Verdict.OK
    assert not found.about("Slack app-level token")
    assert not [call for call in installation.slack.calls if call.method.startswith("apps.")]


@pytest.mark.parametrize("kind", ["drop_before", "http_500", "ratelimited"])
async def test_a_slack_that_fails_blocks_with_a_sentence(installation, kind):
    installation.slack.inject(Fault("auth.test", kind, times=None))

    token = (await installation.examine()).one("Slack bot token")

    assert token.verdict is Verdict.BLOCKED
    assert token.text.endswith((".", ")"))


async def test_what_is_not_slack_is_told_apart(installation):
    installation.change_slack(api_url=f"{installation.lifetime.url}/api/")

    assert "not Slack's Web API" in (await installation.examine()).one("Slack bot token").text


async def test_a_slack_that_cannot_be_reached_blocks(installation, unused_port):
    installation.change_slack(api_url=f"http://127.0.0.1:{unused_port()}/api/")

    found = await installation.examine()

    assert "does not accept connections" in found.one("Slack bot token").text
    assert found.one("Slack app-level token").verdict is Verdict.BLOCKED


async def test_a_slack_that_never_answers_does_not_hold_doctor_up(installation):
    installation.slack.inject(Fault("auth.test", "delay", seconds=60))

    found = await installation.examine(seconds=2)

    assert "could not be found out within 2 s" in found.one("Slack bot token").text
    assert found.one("LifeTime").verdict is Verdict.OK
    assert len(found.blocked()) == 1
