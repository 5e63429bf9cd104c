"""Asking for another revision than the one that runs, for a library, for a build."""

from __future__ import annotations

import pytest

from bot.sandbox.odc.default_organization import EMPLOYEE_BACKOFFICE_BUILD
from tests.acceptance.reading import buttons_of, links_in, text_of

ON_ODC = pytest.mark.parametrize("product", ["odc"], indirect=True)


def started(world):
    """Give the keys of the builds that were packaged, in their order."""
    return [call.build for call in world.platform.calls.named("start")]


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_a_revision_and_a_tag_are_found_with_and_without_an_environment(world, ada, bruno):
    organization = world.platform.sandbox.organization
    backoffice = organization.asset_named("EmployeeBackoffice")
    await ada.types("EmployeeBackoffice --revision 9", "releases")
    await bruno.types("EmployeeBackoffice Testing --tag 1.5.0", "core-team")

    card = await world.thread("releases").shows("Ready", "EmployeeBackoffice, revision 9", "1.3.0")
    assert "Environment" not in text_of(card)
    await world.thread("releases").says("Revision 9 (1.3.0) was asked for")
    card = await world.thread("core-team").shows("Ready", "EmployeeBackoffice in Testing")
    assert "tag 1.5.0" in text_of(card)
    said = await world.thread("core-team").says("Tag 1.5.0 was asked for, which is revision 14")
    assert "Testing runs revision 12 (1.4.0)" in text_of(said)
    assert set(started(world)) == {organization.build_of(backoffice, n).key for n in (9, 14)}


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_a_revision_that_does_not_exist_is_answered_privately_with_those_that_do(world, ada):
    await ada.types("EmployeeBackoffice --revision 99")
    told = await ada.is_told("has no revision 99")
    assert "14 (1.5.0)" in text_of(told)
    await ada.types("EmployeeBackoffice Testing --tag 7.7.7")
    told = await ada.is_told("has no tag 7.7.7")
    assert "1.4.0 (revision 12)" in text_of(told)
    assert world.slack.messages("releases") == []
    assert world.calls("start") == 0


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_a_library_is_found_by_its_name_alone(world, ada, bruno, browser):
    await ada.types("currency formatting", "releases")
    await bruno.types('"Currency Formatting" --tag=1.1.0', "core-team")
    link = await world.thread("releases").gives_link()
    await world.thread("releases").shows("Ready", "Revision 5 is the latest")
    await world.thread("core-team").shows("Ready", "tag 1.1.0")
    async with browser.get(link) as answer:
        assert "Currency_Formatting-r5.zip" in answer.headers["Content-Disposition"]
        assert (await answer.read()).startswith(b"PK")

    await ada.types("Currency Formatting Testing", "releases")
    told = await ada.is_told("not deployed to environments")
    assert list(buttons_of(told)) == ["Currency Formatting"]


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_a_build_key_is_enough(world, ada):
    await ada.types(EMPLOYEE_BACKOFFICE_BUILD.upper())
    card = await world.thread().shows("Ready", "EmployeeBackoffice", "be77b25f")
    assert "12 (1.4.0)" in text_of(card)
    assert started(world) == [EMPLOYEE_BACKOFFICE_BUILD]
    await ada.types("00000000-1111-4222-8333-444444444444")
    await ada.is_told("Nothing is called")


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_where_a_debug_build_runs_the_release_build_is_taken_and_the_thread_says_why(
    world, ada
):
    await ada.types("EmployeeBackoffice Development")
    said = await world.thread().says("runs a Debug build of revision 14 (1.5.0)")
    assert "the Release build of the same revision is taken" in text_of(said)
    await world.thread().gives_link()
    organization = world.platform.sandbox.organization
    backoffice = organization.asset_named("EmployeeBackoffice")
    assert started(world) == [organization.build_of(backoffice, 14).key]


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_where_there_is_only_a_debug_build_it_is_said_with_how_to_get_another(world, ada):
    await ada.types("Prototype Lab Development")
    failed = await world.thread().says("has only a Debug build")
    assert "Deploy it to a later stage" in text_of(failed)
    assert "--revision" in text_of(failed)
    assert world.calls("start") == 0


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_a_workflow_with_two_live_revisions_gives_the_newer(world, ada):
    await ada.types("Employee Onboarding Testing")
    await world.thread().shows("Ready", "4 (1.1.0)")


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_two_stages_with_the_same_build_share_its_packaging_on_the_platform(world, ada):
    world.platform.knobs.packaging_seconds = 60
    await ada.types("Employee Portal Testing", "releases")
    await ada.types("Employee Portal User Acceptance", "core-team")
    await world.thread("releases").gives_link()
    await world.thread("core-team").gives_link()
    assert len(started(world)) == 1


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_what_was_packaged_before_is_used_at_once(world, ada, bruno):
    await ada.types("EmployeeBackoffice Testing", "releases")
    await world.thread("releases").gives_link()
    await bruno.types("EmployeeBackoffice Testing", "core-team")
    await world.thread("core-team").gives_link()
    [delivered] = [one for one in world.thread("core-team").replies if links_in(one)]
    assert "Revision 12 (1.4.0) runs in Testing" in text_of(delivered)
    assert len(started(world)) == 1


@ON_ODC
@pytest.mark.usefixtures("bot")
async def test_retry_asks_for_the_same_revision(world, ada):
    world.platform.break_down("times_out", text="The packaging took too long.")
    await ada.types("EmployeeBackoffice --revision 9")
    failed = await world.thread().shows("Failed", "The packaging took too long.")
    await ada.clicks("Retry", failed)
    await world.thread(number=1).shows("Ready", "revision 9")
    assert world.calls("start") == 2


@pytest.mark.parametrize("product", ["lifetime"], indirect=True)
@pytest.mark.usefixtures("bot")
async def test_a_platform_without_revisions_says_so(world, ada):
    await ada.types("EmployeeBackoffice Testing --revision 12")
    told = await ada.is_told("LifeTime has no revisions to choose")
    assert "EmployeeBackoffice in Testing" in buttons_of(told)
    assert world.slack.messages("releases") == []


@ON_ODC
@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("status", [403, 503])
async def test_a_build_key_that_cannot_be_looked_up_is_not_said_to_mean_nothing(world, ada, status):
    world.platform.break_down("answer", call="build", status=status, text="Maintenance", times=None)
    await ada.types(EMPLOYEE_BACKOFFICE_BUILD)
    await ada.is_told("Maintenance")
    assert "Nothing is called" not in " ".join(ada.private)
