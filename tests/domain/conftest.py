"""Catalogues for the tests of the domain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.target import Application, Catalogue, Environment, Placement, Revision


def build_catalogue(placed, environments=("Development", "Testing", "Production"), platform="main"):
    """Build a catalogue from (application, names of environments) pairs, in which a name may recur.

    Keys are the position: `main-e0` for the first environment, `main-a0` for the first application.
    """
    standing = tuple(
        Environment(platform=platform, key=f"{platform}-e{order}", name=name, order=order)
        for order, name in enumerate(environments)
    )
    applications = tuple(
        Application(
            platform=platform,
            key=f"{platform}-a{order}",
            name=name,
            placements=tuple(
                Placement(environment=one.key, revision=Revision(label="1.4.0"))
                for one in standing
                if one.name in where
            ),
        )
        for order, (name, where) in enumerate(placed)
    )
    return Catalogue(
        platform=platform,
        environments=standing,
        applications=applications,
        read_at=datetime(2026, 1, 1, tzinfo=UTC),
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
