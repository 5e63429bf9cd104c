"""What stands on the buttons that offer targets: short, and no two of one answer the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.domain.spelling import shown
from bot.domain.target import Target

LABEL_LIMIT = 75  # characters; Slack's limit for the text of a button

_KEY_LIMIT = 8  # characters; both ends of a key tell it apart from its neighbours

# What stands before a text, the text, and what stands behind it.
_Part = tuple[str, str, str]


def labels_for(targets: Sequence[Target]) -> list[str]:
    """Name each target: with platform, part of the platform or keys where others read the same."""
    with_platform = len({target.platform for target in targets}) > 1
    labels = [_label(target, with_platform=with_platform) for target in targets]
    details: tuple[Callable[[Target], str], ...] = (_portfolio, _keys)
    for detail in details:
        counted = Counter(labels)
        labels = [
            _label(target, with_platform=with_platform, detail=detail(target))
            if counted[label] > 1
            else label
            for label, target in zip(labels, targets, strict=True)
        ]
    return labels


def application_of(target: Target) -> str:
    """Give the application's name, or its key where the name has nothing that can be seen."""
    return shown(target.application_name) or shown(target.application)


def environment_of(target: Target) -> str:
    """Give the environment's name, likewise; empty where the target is in none."""
    if target.environment is None:
        return ""
    return shown(target.environment.name) or shown(target.environment.key)


def _portfolio(target: Target) -> str:
    return target.environment.portfolio if target.environment else ""


def _keys(target: Target) -> str:
    keys = [str(target.application)]
    if target.environment is not None:
        keys.append(target.environment.key)
    return "/".join(shown(key, _KEY_LIMIT) for key in keys)


def _label(target: Target, *, with_platform: bool, detail: str = "") -> str:
    parts: list[_Part] = [
        ("", application_of(target), ""),
        (" in ", environment_of(target), ""),
        (" (", shown(detail), ")"),
        (" on ", shown(target.platform) if with_platform else "", ""),
        (", ", shown(str(target.wish)) if target.wish else "", ""),
    ]
    return "".join(_fitted([part for part in parts if part[1]]))


def _fitted(parts: Sequence[_Part]) -> list[str]:
    """Write the parts in a button's length; the longest gives way first."""
    room = LABEL_LIMIT - sum(len(before) + len(behind) for before, _, behind in parts)
    lengths = [len(text) for _, text, _ in parts]
    while sum(lengths) > room:
        lengths[lengths.index(max(lengths))] -= 1
    return [
        f"{before}{shown(text, length)}{behind}"
        for (before, text, behind), length in zip(parts, lengths, strict=True)
    ]
