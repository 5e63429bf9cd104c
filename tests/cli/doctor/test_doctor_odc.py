"""What doctor says of an organisation of Developer Cloud, its API client and its stages."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.cli.doctor.finding import Verdict
from bot.domain.policy import Policy
from bot.sandbox.odc import Fault
from bot.settings import OdcLimits, Secret


async def test_an_organisation_that_works_shows_each_stage_and_what_it_allows(cloud):
    found = await cloud.examine()

    assert found.one("ODC").verdict is Verdict.OK
    assert "The API client is accepted and sees 4 environments and " in found.one("ODC").text
    assert "View stage" in found.one("ODC").text
    assert found.one("ODC, Testing").text == "This installation allows retrieval from it."
    assert "can be asked for" in found.one("ODC, source code").text
    assert found.one("ODC, Production").text == (
        "Counts as production, which this installation refuses (ALLOW_PRODUCTION)."
    )
    assert found.one("Clock against ODC").verdict is Verdict.OK
    assert not found.blocked()


async def test_it_asks_for_nothing_twice_and_packages_nothing(cloud):
    await cloud.examine()

    assert cloud.sandbox.calls.token_requests == 1
    assert cloud.sandbox.calls.packaging_posts == 0


async def test_production_that_is_allowed_is_a_stage_like_the_others(cloud):
    cloud.installation.change(policy=Policy(allow_production=True))

    assert "allows retrieval" in (await cloud.examine()).one("ODC, Production").text


async def test_without_an_address_it_says_how_each_platforms_packages_are_given_out(cloud):
    installation = cloud.installation
    installation.change(public_url=None)

    alone = (await cloud.examine()).one("PUBLIC_URL").text
    installation.change(platforms=(installation.platform(), cloud.settings()))
    both = (await installation.examine()).one("PUBLIC_URL").text

    assert "ODC's own links are posted" in alone
    assert "files in Slack" not in alone
    assert "files in Slack; ODC's own links are posted" in both


async def test_both_platforms_are_looked_at_side_by_side(cloud):
    installation = cloud.installation
    installation.change(platforms=(installation.platform(), cloud.settings()))

    found = await installation.examine()

    assert found.one("LifeTime").verdict is Verdict.OK
    assert found.one("ODC").verdict is Verdict.OK


@pytest.mark.parametrize(
    "fault",
    [
        Fault("personal_edition", times=None),
        Fault("answer", call="builds", status=403, text="No permission here", times=None),
        Fault("answer", call="status", status=403, text="No permission here", times=None),
    ],
)
async def test_who_sees_applications_and_may_not_have_their_code_is_told_beforehand(cloud, fault):
    cloud.sandbox.knobs.add(fault)

    found = await cloud.examine()

    assert found.one("ODC").verdict is Verdict.OK
    assert found.one("ODC, source code").verdict is Verdict.BLOCKED
    assert "Asset management > Open" in found.one("ODC, source code").remedy


async def test_an_address_that_lets_nobody_in_is_not_blamed_on_the_client(cloud):
    cloud.sandbox.knobs.add(Fault("answer", call="discovery", status=403, times=None))

    found = (await cloud.examine()).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert "URL may be wrong" in found.text
    assert "client id" not in found.text + found.remedy


async def refused_client(cloud):
    return await cloud.examine(client_id="somebody-else")


async def refused_secret(cloud):
    return await cloud.examine(client_secret=Secret(value=SecretStr("wrong-token")))


async def suspended_client(cloud):
    cloud.sandbox.suspend_client()
    return await cloud.examine()


async def secret_that_was_replaced(cloud):
    settings = {"client_secret": Secret(value=cloud.sandbox.client_secret)}
    cloud.sandbox.rotate_secret("another-secret")
    return await cloud.examine(**settings)


async def token_that_is_refused(cloud):
    cloud.sandbox.knobs.add(Fault("answer", call="environments", status=403, times=None))
    return await cloud.examine()


@pytest.mark.parametrize(
    "examine",
    [
        refused_client,
        refused_secret,
        suspended_client,
        secret_that_was_replaced,
        token_that_is_refused,
    ],
    ids=lambda function: function.__name__,
)
async def test_a_client_that_is_not_let_in_is_sent_to_its_page_in_the_portal(cloud, examine):
    found = (await examine(cloud)).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert found.text.endswith(".")
    for word in ("Management > API clients", "suspended", "Asset management > Open", "View stage"):
        assert word in found.remedy


@pytest.mark.parametrize(
    "fault",
    [
        Fault("answer", call="discovery", status=404, times=None),
        Fault("html", call="discovery", times=None),
        Fault("bad_discovery", times=None),
        Fault("drop_before", call="discovery", times=None),
        Fault("hang", call="token", times=None),
        Fault("answer", call="environments", status=500, times=None),
        Fault("hang", call="deployed_assets", times=None),
        Fault("cut_json", call="assets", times=None),
    ],
    ids=lambda fault: f"{fault.kind} {fault.call}",
)
async def test_an_organisation_that_fails_blocks_with_a_sentence(cloud, fault):
    cloud.sandbox.knobs.add(fault)

    found = (await cloud.examine(limits=OdcLimits(timeout_seconds=0.5))).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert ".well-known/openid-configuration" in found.remedy


async def test_an_address_where_no_portal_is_says_so(cloud, unused_port):
    found = (await cloud.examine(url=f"http://127.0.0.1:{unused_port()}")).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert "does not accept connections" in found.text


async def test_a_rate_limit_is_a_matter_of_waiting(cloud):
    cloud.sandbox.knobs.requests_per_minute = 1

    found = (await cloud.examine()).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert found.remedy.startswith("Wait a minute")


async def test_a_client_that_sees_no_stage_lacks_view_stage(cloud):
    for each in cloud.sandbox.organization.environments.values():
        each.is_visible = False

    found = (await cloud.examine()).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert "sees 0 environments" in found.text
    assert "Stage > View stage" in found.remedy


async def test_a_client_that_sees_no_application_lacks_open(cloud):
    cloud.sandbox.organization.assets.clear()

    found = (await cloud.examine()).one("ODC")

    assert found.verdict is Verdict.BLOCKED
    assert "0 applications" in found.text
    assert "Asset management > Open" in found.remedy


async def test_a_client_that_sees_only_production_warns(cloud):
    for each in cloud.sandbox.organization.environments.values():
        each.is_visible = each.name == "Production"

    about = (await cloud.examine()).about("ODC")

    (warned,) = [each for each in about if each.verdict is Verdict.WARNING]
    assert "Every environment that the API client sees" in warned.text
    assert "View stage on others" in warned.remedy


async def test_stages_of_one_name_are_told_apart_by_their_portfolio(cloud):
    cloud.sandbox.organization.add_portfolio("Sales")

    found = await cloud.examine()

    subjects = {each.subject for each in found.about("ODC, Testing")}
    assert len(subjects) == 2
    assert "ODC, Testing (Sales)" in subjects
    assert found.one("ODC, User Acceptance").verdict is Verdict.OK


async def test_a_hibernated_stage_warns(cloud):
    cloud.sandbox.organization.environment_named("Testing").status = "Hibernated"

    testing = (await cloud.examine()).one("ODC, Testing")

    assert testing.verdict is Verdict.WARNING
    assert testing.remedy == "Bring it online."


async def test_a_secret_sent_over_http_to_another_machine_warns(cloud):
    address = cloud.sandbox.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - asked only

    about = (await cloud.examine(url=address)).about("ODC")

    assert any("the secret and the tokens travel unencrypted" in each.text for each in about)


async def test_a_wrong_clock_shows(cloud):
    cloud.sandbox.knobs.clock_ahead = 600

    clock = (await cloud.examine()).one("Clock against ODC")

    assert clock.verdict is Verdict.BLOCKED
