"""What the demo's ODC holds: other applications than its LifeTime, but for one.

So a name is enough to know where to look, except for the Employee Portal, which is being moved: in
Testing it runs on both, and who asks for it there is asked back.
"""

from __future__ import annotations

from bot.sandbox.odc import Asset, Organization

#: Runs in Testing here and on the default LifeTime; every other name is on one of them only.
ON_BOTH = "Employee Portal"
#: A build of the Supplier Portal's, so that the README can say how to ask for one.
A_BUILD = "be77b25f-c738-462f-8f19-7114fc4f9923"

_STAGES = (
    # Listed in no order, as the API promises none; the number is the order.
    ("Production", "Production", 1000),
    ("Development", "Development", 0),
    ("Testing", "NonProduction", 500),
)


def demo_organization() -> Organization:
    """Make it anew."""
    organization = Organization()
    for name, purpose, order in _STAGES:
        organization.add_environment(name, purpose, order)
    portal = organization.add_asset("Supplier Portal", description="Orders and invoices.")
    organization.add_revision(portal, 7, "1.2.0")
    organization.add_build(portal, 7, key=A_BUILD)
    _live(organization, portal, Development=(9, "1.3.0"), Testing=(7, "1.2.0"))
    _live(organization, portal, Production=(6, "1.1.0"))
    mobile = organization.add_asset("Warehouse Mobile", "MobileApplication")
    _live(organization, mobile, Development=(22, "3.2.0"), Testing=(18, "3.1.4"))
    moved = organization.add_asset(ON_BOTH, description="On its way from LifeTime.")
    _live(organization, moved, Testing=(4, "3.0.0"))
    onboarding = organization.add_asset("Supplier Onboarding", "Workflow")
    _live(organization, onboarding, Testing=(3, "1.0.0"), Production=(2, "0.9.0"))
    _add_prototype(organization)
    _add_library(organization)
    return organization


def _live(organization: Organization, asset: Asset, **lives: tuple[int, str]) -> None:
    """Let revisions with tags run in stages: Debug builds in Development, as ODC does."""
    for stage, (revision, tag) in lives.items():
        if revision not in asset.revisions:
            organization.add_revision(asset, revision, tag)
        organization.deploy_there(asset, revision, stage)


def _add_prototype(organization: Organization) -> None:
    """Add an application that was never built but for debugging."""
    prototype = organization.add_asset("Delivery Prototype")
    organization.add_revision(prototype, 1, "0.1.0")
    build = organization.add_build(prototype, 1, "Debug")
    organization.deploy(prototype, organization.environment_named("Development").key, build)


def _add_library(organization: Organization) -> None:
    """Add a library, which runs nowhere."""
    formatting = organization.add_asset("Currency Formatting", "LowCodeLibrary")
    for number, tag in ((1, "1.0.0"), (2, None), (3, "1.1.0"), (4, "1.2.0"), (5, None)):
        organization.add_revision(formatting, number, tag)
        organization.add_build(formatting, number)
