"""The organisation that the demo and most tests use.

Its environments and applications are called as those of the sandbox LifeTime, run where they run
there, and carry its version labels as tags, so the same story can be told on either platform.
"""

from __future__ import annotations

from bot.sandbox.odc.organization import Asset, Organization, key_of

DEVELOPMENT = "2a9d1b60-ce1b-47e0-a8d5-3352a1389377"
TESTING = "1ee11e11-1111-1111-8111-1e111e11eee1"
USER_ACCEPTANCE = "5d7bbd7a-2c1e-4c55-9a70-0b1f3a1f6c2d"
PRODUCTION = "1c1e2ead-8ee3-4324-ad61-e740808a25a4"
EMPLOYEE_BACKOFFICE = "a111a111-1aa1-4aa1-811a-a1111a1a1a11"
EMPLOYEE_BACKOFFICE_BUILD = "be77b25f-c738-462f-8f19-7114fc4f9923"
"""The Release build of the EmployeeBackoffice that runs in Testing."""

_STAGES = ("Development", "Testing", "User Acceptance", "Production")
Live = tuple[int, str]


def default_organization() -> Organization:
    """Make it anew."""
    organization = Organization()
    # Listed in no order, as the API promises none; the order is the `order` field's.
    for key, name, purpose, order in (
        (PRODUCTION, "Production", "Production", 1000),
        (DEVELOPMENT, "Development", "Development", 0),
        (USER_ACCEPTANCE, "User Acceptance", "NonProduction", 700),
        (TESTING, "Testing", "NonProduction", 500),
    ):
        organization.add_environment(name, purpose, order, key=key)
    _add_applications(organization)
    _add_libraries(organization)
    _add_workflow(organization)
    return organization


def _add_applications(organization: Organization) -> None:
    backoffice = organization.add_asset(
        "EmployeeBackoffice",
        key=EMPLOYEE_BACKOFFICE,
        description="Back office for the people team.",
    )
    organization.add_revision(backoffice, 10)
    organization.add_revision(backoffice, 12, "1.4.0")
    organization.add_build(backoffice, 10)
    organization.add_build(backoffice, 12, key=EMPLOYEE_BACKOFFICE_BUILD)
    lives = ((14, "1.5.0"), (12, "1.4.0"), (11, "1.3.2"), (9, "1.3.0"))
    _live(organization, backoffice, *lives)

    portal = organization.add_asset("Employee Portal")
    _live(organization, portal, (31, "2.1.0"), (28, "2.0.3"), (28, "2.0.3"), (26, "2.0.1"))
    brien = organization.add_asset("O'Brien Café")
    _live(organization, brien, (9, "0.9.0"), (7, "0.8.1"))
    mobile = organization.add_asset("EmployeeMobile", "MobileApplication")
    _live(organization, mobile, (22, "3.2.0"), (18, "3.1.4"), (18, "3.1.4"), (15, "3.1.0"))
    reporting = ("Consolidated Regional Reporting of Human Resources " * 4)[:197] + "End"
    asset = organization.add_asset(reporting, key=key_of("asset/Regional Reporting"))
    _live(organization, asset, (5, "1.0.0"), (5, "1.0.0"))

    prototype = organization.add_asset("Prototype Lab")
    organization.add_revision(prototype, 1, "0.1.0")
    only = organization.add_build(prototype, 1, "Debug")
    organization.deploy(prototype, DEVELOPMENT, only)


def _live(organization: Organization, asset: Asset, *lives: Live) -> None:
    """Let revisions run, one for each stage in turn."""
    for stage, (revision, tag) in zip(_STAGES, lives, strict=False):
        if revision not in asset.revisions:
            organization.add_revision(asset, revision, tag)
        organization.deploy_there(asset, revision, stage)


def _add_libraries(organization: Organization) -> None:
    formatting = organization.add_asset("Currency Formatting", "LowCodeLibrary")
    for number, tag in ((1, "1.0.0"), (2, None), (3, "1.1.0"), (4, "1.2.0"), (5, None)):
        organization.add_revision(formatting, number, tag)
        organization.add_build(formatting, number)
    gateway = organization.add_asset("Payment Gateway", "ExternalLibrary")
    organization.add_revision(gateway, 1, "1.0.0")
    organization.add_build(gateway, 1)
    draft = organization.add_asset("Colour Palette", "LowCodeLibrary", description="Never tagged.")
    organization.add_revision(draft, 1)
    organization.add_build(draft, 1)


def _add_workflow(organization: Organization) -> None:
    """Add a workflow whose earlier revision lives on in Testing until its last instance ends."""
    onboarding = organization.add_asset("Employee Onboarding", "Workflow")
    for number, tag in ((3, "1.0.0"), (4, "1.1.0")):
        organization.add_revision(onboarding, number, tag)
        build = organization.add_build(onboarding, number)
        organization.deploy(onboarding, TESTING, build, beside=True)
