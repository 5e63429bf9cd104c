"""The sandbox's organisation tells the same stories as the sandbox LifeTime's infrastructure."""

from __future__ import annotations

import pytest

from bot.sandbox.lifetime.infrastructure import default_infrastructure
from bot.sandbox.odc import default_organization
from bot.sandbox.odc.default_organization import (
    DEVELOPMENT,
    EMPLOYEE_BACKOFFICE,
    EMPLOYEE_BACKOFFICE_BUILD,
    TESTING,
)

APPLICATIONS = frozenset({"WebApplication", "MobileApplication"})


@pytest.fixture
def organization():
    return default_organization()


def test_environments_and_applications_are_called_as_in_lifetime(organization):
    infrastructure = default_infrastructure()
    names = {each.name for each in organization.environments.values()}
    assert names == {each.name for each in infrastructure.environments.values()}
    ordered = sorted(organization.environments.values(), key=lambda each: each.order)
    assert [each.name for each in ordered] == [
        each.name for each in sorted(infrastructure.environments.values(), key=lambda e: e.order)
    ]
    applications = [each for each in organization.assets.values() if each.type in APPLICATIONS]
    assert {each.name for each in applications} == {
        each.name for each in infrastructure.applications.values()
    }


def test_they_run_where_they_run_in_lifetime_with_its_labels_as_tags(organization):
    infrastructure = default_infrastructure()
    for application in infrastructure.applications.values():
        asset = organization.asset_named(application.name)
        live = {
            organization.environments[each.environment].name: asset.revisions[each.revision].tag
            for each in asset.deployments
        }
        assert live == {
            infrastructure.environments[key].name: running.version
            for key, running in application.running.items()
        }


def test_development_runs_debug_builds_and_the_others_release_builds(organization):
    for asset in organization.assets.values():
        for live in asset.deployments:
            build = organization.builds[live.build]
            assert build.type == ("Debug" if live.environment == DEVELOPMENT else "Release")
            assert (build.asset, build.revision) == (asset.key, live.revision)


def test_all_that_runs_has_a_release_build_except_the_prototype(organization):
    without = {
        asset.name
        for asset in organization.assets.values()
        for live in asset.deployments
        if "Release" not in {each.type for each in organization.builds_of(asset.key, live.revision)}
    }
    assert without == {"Prototype Lab"}


def test_the_build_of_the_founding_text_runs_in_testing(organization):
    asset = organization.assets[EMPLOYEE_BACKOFFICE]
    [live] = [each for each in asset.deployments if each.environment == TESTING]
    assert (live.build, live.revision) == (EMPLOYEE_BACKOFFICE_BUILD, 12)
    assert organization.build_of(asset, 12).key == EMPLOYEE_BACKOFFICE_BUILD


def test_libraries_never_deploy_and_a_workflow_lives_in_two_revisions(organization):
    formatting = organization.asset_named("Currency Formatting")
    assert formatting.deployments == []
    assert formatting.latest.tag is None
    assert formatting.highest_tag.tag == "1.2.0"
    onboarding = organization.asset_named("Employee Onboarding")
    assert {each.environment for each in onboarding.deployments} == {TESTING}
    assert len(onboarding.deployments) == 2
    latest = max(onboarding.deployments, key=lambda each: each.at)
    assert latest.revision == 4


def test_the_highest_tag_is_compared_as_numbers(organization):
    asset = organization.add_asset("Tagged")
    for number, tag in enumerate(("1.9.0", "1.10.0", "1.2.0"), start=1):
        organization.add_revision(asset, number, tag)
    assert asset.highest_tag.tag == "1.10.0"


def test_assets_can_be_added_by_the_thousand_each_with_keys_of_its_own(organization):
    added = organization.add_assets(2000)
    assert len({each.key for each in added}) == 2000
    assert (added[0].name, added[-1].name) == ("Generated0001", "Generated2000")
    for asset in added[:3]:
        live = {each.environment: organization.builds[each.build] for each in asset.deployments}
        assert live[DEVELOPMENT].type == "Debug"
        assert (live[TESTING].type, live[TESTING].status) == ("Release", "Finished")


def test_a_second_portfolio_repeats_the_names_of_stages(organization):
    portfolio = organization.add_portfolio("Subsidiary")
    again = organization.environment_named("Testing", portfolio.key)
    assert again.key != organization.environment_named("Testing").key == TESTING
    names = [each.name for each in organization.environments.values()]
    assert names.count("Testing") == names.count("Development") == 2


def test_two_organisations_agree_on_every_key(organization):
    other = default_organization()
    assert set(organization.builds) == set(other.builds)
    assert set(organization.assets) == set(other.assets)


def test_a_build_can_be_withdrawn(organization):
    asset = organization.asset_named("EmployeeBackoffice")
    del organization.builds[EMPLOYEE_BACKOFFICE_BUILD]
    assert organization.builds_of(asset.key, 12) == []
    with pytest.raises(KeyError):
        organization.build_of(asset, 12)
