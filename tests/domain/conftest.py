"""Catalogues for the tests of the domain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.target import Application, Catalogue, Environment, Placement, Revision


def build_catalogue(
    placed,
    environments=("Development", "Testing", "Production"),
    platform="main",
    *,
    libraries=(),
    portfolios=(),
    has_revisions=False,
):
    """Build a catalogue from (application, names of environments) pairs, in which a name may recur.

    Keys are the position: `main-e0` for the first environment, `main-a0` for the first application.
    Libraries are applications behind these that run nowhere and have a latest revision, 7 (1.2.0).
    """
    portfolios = portfolios or ("",) * len(environments)
    standing = tuple(
        Environment(
            platform=platform,
            key=f"{platform}-e{order}",
            name=name,
            order=order,
            portfolio=portfolio,
        )
        for order, (name, portfolio) in enumerate(zip(environments, portfolios, strict=True))
    )
    applications = tuple(
        Application(
            platform=platform,
            key=f"{platform}-a{order}",
            name=name,
            placements=tuple(
                Placement(environment=one.key, revision=Revision(label="1.4.0"))
                for one in standing
                if one.name in where or one.key in where
            ),
            latest=Revision(number=7, label="1.2.0") if name in libraries else None,
        )
        for order, (name, where) in enumerate((*placed, *((name, ()) for name in libraries)))
    )
    return Catalogue(
        platform=platform,
        environments=standing,
        applications=applications,
        read_at=datetime(2026, 1, 1, tzinfo=UTC),
        has_revisions=has_revisions,
    )


@pytest.fixture(scope="session")
def catalogue_of():
    return build_catalogue


@pytest.fixture(scope="session")
def company():
    """A platform as companies have them: names with spaces, accents, apostrophes, look-alikes."""
    environments = ("Development", "Testing", "User Acceptance", "Production")
    return build_catalogue(
        [
            ("EmployeeBackoffice", ("Development", "Testing")),
            ("Employee Portal", environments),
            ("Employee Portal User", ("Development",)),
            ("O'Brien Café", ("Testing", "Production")),
            ("Straße \u2013 Nord", ("Testing",)),
            ("Claims & <Refunds>", ("Testing",)),
            ("Orphan", ()),
        ],
        environments,
    )


@pytest.fixture(scope="session")
def cloud():
    """Another platform, where revisions can be chosen and there are libraries."""
    return build_catalogue(
        [
            ("EmployeeBackoffice", ("Development", "Testing")),
            ("Claims Intake", ("Development", "Production")),
            ("Shelved", ()),
        ],
        platform="cloud",
        libraries=("Currency Formatting",),
        has_revisions=True,
    )
