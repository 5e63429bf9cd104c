"""How long "did you mean" holds up the event loop, and how often it holds what was meant.

RapidFuzz, which we use, against difflib, which needs no dependency: the same misspelt lines, the
same catalogue of 2,000 applications in 4 environments, the same code around them, one run.

    python benchmarks/name_suggestions.py
"""

from __future__ import annotations

import difflib
import heapq
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.domain.suggestions import LEAST_LIKE, NAMES_KEPT, Nearest, nearest, suggest
from bot.domain.target import Application, Catalogue, Environment, Placement
from bot.domain.value import ApplicationKey, EnvironmentKey, PlatformName

APPLICATIONS = 2_000
LINES_OF_EACH_KIND = 25
SUBJECTS = (
    *("Employee", "Customer", "Invoice", "Order", "Claims", "Vendor", "Asset", "Travel", "Budget"),
    *("Payroll", "Contract", "Loan", "Fleet", "Stock", "Partner", "Branch", "Supplier"),
    *("Warehouse", "Training", "Incident"),
)
ROLES = (
    *("Portal", "Backoffice", "Mobile", "Core", "Services", "API", "Dashboard", "Reports"),
    *("Admin", "Theme", "Sync", "Engine"),
)
REGIONS = ("", "EMEA", "Nordics", "Iberia", "Legacy", "V2", "Pilot", "Group", "Retail")
ENVIRONMENTS = ("Development", "Testing", "User Acceptance", "Production")


def catalogue() -> Catalogue:
    platform = PlatformName("main")
    names = [
        spacing.join(part for part in (subject, role, region) if part)
        for region in REGIONS
        for spacing in ("", " ")
        for subject in SUBJECTS
        for role in ROLES
    ][:APPLICATIONS]
    environments = tuple(
        Environment(platform=platform, key=EnvironmentKey(f"e{order}"), name=name, order=order)
        for order, name in enumerate(ENVIRONMENTS)
    )
    placements = tuple(Placement(environment=one.key) for one in environments)
    return Catalogue(
        platform=platform,
        environments=environments,
        applications=tuple(
            Application(
                platform=platform, key=ApplicationKey(name), name=name, placements=placements
            )
            for name in names
        ),
        read_at=datetime.now(UTC),
    )


def by_difflib(text: str, names: Sequence[str]) -> list[tuple[float, int]]:
    """Do what difflib.get_close_matches does, with positions."""
    matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher()
    matcher.set_seq2(text)
    found = []
    for position, name in enumerate(names):
        matcher.set_seq1(name)
        if (
            matcher.real_quick_ratio() >= LEAST_LIKE
            and matcher.quick_ratio() >= LEAST_LIKE
            and (ratio := matcher.ratio()) >= LEAST_LIKE
        ):
            found.append((ratio, position))
    return heapq.nlargest(NAMES_KEPT, found)


def swapped(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :] if at + 1 < len(name) else name


def missing_letter(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def missing_space(name: str, chance: random.Random) -> str:
    return swapped(name.replace(" ", ""), chance)


def prefix(name: str, chance: random.Random) -> str:
    return name[: chance.randrange(len(name) * 3 // 5, len(name) - 1)]


KINDS: tuple[Callable[[str, random.Random], str], ...] = (
    swapped,
    missing_letter,
    missing_space,
    prefix,
)


def lines(known: Catalogue, chance: random.Random) -> list[tuple[str, str, str]]:
    """Give (kind, line, the target key that was meant)."""
    made = []
    for misspell in KINDS:
        for application in chance.sample(known.applications, LINES_OF_EACH_KIND):
            environment = chance.choice(known.environments)
            line = f"{misspell(application.name, chance)} {environment.name}"
            made.append(
                (misspell.__name__, line, f"main/{environment.key}/{application.key}"),
            )
    return made


def measure(name: str, near: Nearest, known: Catalogue, asked: list[tuple[str, str, str]]) -> float:
    first = dict.fromkeys((kind for kind, _, _ in asked), 0)
    among = dict(first)
    suggest(["warm"], [known], near)
    began = time.perf_counter()
    for kind, line, meant in asked:
        keys = [target.key for target in suggest(line.split(), [known], near)]
        first[kind] += keys[:1] == [meant]
        among[kind] += meant in keys
    each = (time.perf_counter() - began) / len(asked)
    print(f"{name:10} {each * 1000:7.1f} ms a line")
    for kind, hits in among.items():
        print(f"    {kind:15} first {first[kind]:2}, among five {hits:2} of {LINES_OF_EACH_KIND}")
    return each


def main() -> None:
    known = catalogue()
    asked = lines(known, random.Random(2))
    ours = measure("RapidFuzz", nearest, known, asked)
    theirs = measure("difflib", by_difflib, known, asked)
    print(f"ratio of time, difflib to RapidFuzz: {theirs / ours:.1f}")


if __name__ == "__main__":
    main()
