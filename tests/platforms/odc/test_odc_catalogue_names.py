"""By which names an asset is found: those that it runs under, and its latest."""

from __future__ import annotations

from bot.domain.names import EnvironmentMissing, Found, Several, resolve, resolve_exact
from bot.domain.target import RevisionWish
from tests.platforms.odc_bench import DEVELOPMENT, EMPLOYEE_BACKOFFICE, TESTING


def named(catalogue, name):
    return next(each for each in catalogue.applications if each.name == name)


async def test_a_name_counts_where_it_is_used(cloud, odc):
    backoffice = odc.organization.assets[EMPLOYEE_BACKOFFICE]
    odc.organization.add_revision(backoffice, 16, name="Backoffice")
    odc.organization.deploy_there(backoffice, 16, "Development")
    catalogue = await cloud.catalogue()
    renamed, old = named(catalogue, "Backoffice"), named(catalogue, "EmployeeBackoffice")
    assert renamed.key == old.key == EMPLOYEE_BACKOFFICE
    assert [each.environment for each in renamed.placements] == [DEVELOPMENT]
    assert DEVELOPMENT not in [each.environment for each in old.placements]
    assert old.revision_in(TESTING) is not None
    for words in (["Backoffice", "Development"], ["EmployeeBackoffice", "Testing"]):
        assert isinstance(resolve(words, [catalogue]), Found)


async def test_names_that_repeat_across_portfolios_are_told_apart(cloud, odc):
    portfolio = odc.organization.add_portfolio("Retail")
    backoffice = odc.organization.assets[EMPLOYEE_BACKOFFICE]
    testing = odc.organization.environment_named("Testing", portfolio.key)
    build = odc.organization.build_of(backoffice, 10)
    odc.organization.deploy(backoffice, testing.key, build)
    catalogue = await cloud.catalogue()
    assert {e.portfolio for e in catalogue.environments if e.name == "Testing"} == {
        "Main",
        "Retail",
    }
    resolved = resolve(["EmployeeBackoffice", "Testing"], [catalogue])
    assert isinstance(resolved, Several)
    assert len(resolved.targets) == 2


async def renamed_in_its_latest_revision(cloud, odc):
    backoffice = odc.organization.assets[EMPLOYEE_BACKOFFICE]
    odc.organization.add_revision(backoffice, 16, name="Backoffice NG")
    odc.organization.add_build(backoffice, 16)
    return await cloud.catalogue()


async def test_a_new_name_that_runs_nowhere_yet_is_found_for_a_wish(cloud, odc):
    catalogue = await renamed_in_its_latest_revision(cloud, odc)
    for name in ("Backoffice NG", "backoffice ng", "EmployeeBackoffice", EMPLOYEE_BACKOFFICE):
        resolved = resolve([name], [catalogue], RevisionWish(number=16))
        assert isinstance(resolved, Found), name
        assert isinstance(resolve_exact(resolved.target.exact, [catalogue]), Found)
        described = await cloud.describe(resolved.target)
        assert (described.revision.number, described.application_name) == (16, "Backoffice NG")


async def test_a_new_name_that_runs_nowhere_yet_leads_to_what_runs(cloud, odc):
    catalogue = await renamed_in_its_latest_revision(cloud, odc)
    for name in ("Backoffice NG", "EmployeeBackoffice", EMPLOYEE_BACKOFFICE):
        resolved = resolve([name, "Testing"], [catalogue])
        assert isinstance(resolved, Found), name
        described = await cloud.describe(resolved.target)
        assert (described.revision.number, described.application_name) == (12, "EmployeeBackoffice")
        missing = resolve([name], [catalogue])
        assert isinstance(missing, EnvironmentMissing), name
        assert len(missing.runs_in) == 4


async def test_a_button_shows_the_name_that_runs_there(cloud, odc):
    catalogue = await renamed_in_its_latest_revision(cloud, odc)
    target = resolve(["Backoffice NG", "Testing"], [catalogue]).target
    again = resolve_exact(target.exact, [catalogue])
    assert again.target.application_name == "EmployeeBackoffice"
