"""What doctor says of a platform, its environments and its clock."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.cli.doctor.finding import Verdict
from bot.domain.policy import Policy
from bot.sandbox.lifetime import Environment, Fault, Infrastructure
from bot.settings import PlatformLimits, Secret


def only(*environments):
    return Infrastructure(environments, [])


async def test_a_platform_that_works_shows_each_environment_and_what_it_allows(installation):
    found = await installation.examine()

    assert found.one("LifeTime").verdict is Verdict.OK
    testing = found.one("LifeTime, Testing")
    assert testing.verdict is Verdict.OK
    assert "11.40.0" in testing.text
    old = found.one("LifeTime, User Acceptance")
    assert old.verdict is Verdict.WARNING
    assert "11.27.0" in old.text
    assert old.remedy.startswith("Upgrade it")
    production = found.one("LifeTime, Production")
    assert production.verdict is Verdict.OK
    assert "ALLOW_PRODUCTION" in production.text


async def test_production_that_is_allowed_is_an_environment_like_the_others(installation):
    installation.change(policy=Policy(allow_production=True))

    production = (await installation.examine()).one("LifeTime, Production")

    assert "allows retrieval" in production.text


async def test_an_environment_that_is_offline_warns(installation):
    for key, each in installation.lifetime.infrastructure.environments.items():
        if each.name == "Testing":
            offline = Environment(key, "Testing", "Test", 1, offline=True)
    installation.lifetime.infrastructure.environments[offline.key] = offline

    testing = (await installation.examine()).one("LifeTime, Testing")

    assert testing.verdict is Verdict.WARNING
    assert "offline" in testing.text
    assert testing.remedy == "Bring it online."


async def test_a_token_that_sees_nothing_blocks(installation):
    installation.lifetime.infrastructure = only()

    found = (await installation.examine()).one("LifeTime")

    assert found.verdict is Verdict.BLOCKED
    assert "0 environments" in found.text


async def test_a_token_that_sees_only_production_warns(installation):
    environments = installation.lifetime.infrastructure.environments
    for key in [key for key, each in environments.items() if each.name != "Production"]:
        del environments[key]

    texts = [each.text for each in (await installation.examine()).about("LifeTime")]

    assert any("Every environment" in text for text in texts)


async def test_a_wrong_token_blocks_and_says_which_permission_is_needed(installation):
    token = Secret(value=SecretStr("wrong-token"))
    installation.change(platforms=(installation.platform(token=token),))

    found = (await installation.examine()).one("LifeTime")

    assert found.verdict is Verdict.BLOCKED
    assert "Open & Debug" in found.remedy


async def test_each_platform_is_looked_at(installation, unused_port):
    gone = installation.platform(name="Asia", url=f"http://127.0.0.1:{unused_port()}")
    installation.change(platforms=(installation.platform(), gone))

    found = await installation.examine()

    assert found.about("LifeTime")[0].verdict is Verdict.OK
    assert found.one("Asia").verdict is Verdict.BLOCKED
    assert "does not accept connections" in found.one("Asia").text


@pytest.mark.parametrize(
    "fault",
    [
        Fault("hang", call="environments", times=None),
        Fault("html", call="environments", times=None),
        Fault("cut_json", call="environments", times=None),
        Fault("drop_before", call="environments", times=None),
        Fault("answer", call="environments", times=None, status=500, text="Out of order"),
        Fault("redirect", call="environments", times=None, text="https://login.example.com"),
    ],
    ids=lambda fault: fault.kind,
)
async def test_a_platform_that_fails_blocks_with_a_sentence(installation, fault):
    installation.lifetime.knobs.add(fault)
    hurried = PlatformLimits(timeout_seconds=0.5)
    installation.change(platforms=(installation.platform(limits=hurried),))

    found = (await installation.examine()).one("LifeTime")

    assert found.verdict is Verdict.BLOCKED
    assert found.remedy


async def test_a_token_sent_over_http_to_another_machine_warns(installation):
    address = installation.lifetime.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - asked only
    installation.change(platforms=(installation.platform(url=address),))

    found = (await installation.examine()).about("LifeTime")

    assert any("unencrypted" in each.text for each in found)


@pytest.mark.parametrize(
    ("ahead", "verdict", "word"),
    [
        (5, Verdict.OK, "agrees"),
        (90, Verdict.WARNING, "behind"),
        (-90, Verdict.WARNING, "ahead of"),
        (600, Verdict.BLOCKED, "behind"),
        (-600, Verdict.BLOCKED, "ahead of"),
    ],
)
async def test_a_wrong_clock_warns_and_then_blocks(installation, ahead, verdict, word):
    installation.lifetime.knobs.clock_ahead = ahead

    found = await installation.examine()

    clock = found.one("Clock against LifeTime")
    assert clock.verdict is verdict
    assert word in clock.text
    assert found.one("Clock against Slack").verdict is Verdict.OK


async def test_our_own_wrong_clock_shows_against_everybody(installation, shifted_clock):
    found = await installation.examine(clock=shifted_clock(400))

    assert [each.verdict for each in found.about("Clock")] == [Verdict.BLOCKED] * 2
    assert all("ahead of" in each.text for each in found.about("Clock"))
