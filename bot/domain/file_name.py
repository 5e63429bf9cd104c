"""What the package is called on the disk of whoever downloads it.

The name has to survive Windows, macOS and Linux, a browser that appends an ending of its own, and
a careless shell script: letters and digits of every language, and of the rest only `. _ - +`.
"""

from __future__ import annotations

import re
import unicodedata

from bot.domain.spelling import tidy
from bot.domain.target import Environment, Revision, Target

LONGEST = 150  # characters
LONGEST_BYTES = 200  # of UTF-8; file systems stop at 255, and browsers append ".crdownload"

_ENDING = ".zip"
_ENVIRONMENT_BYTES = 60
_LABEL_BYTES = 40
_KEPT = "._-+"
_REPEATED = re.compile(r"([._+\-])[._+\-]+")
# Windows keeps these for devices, whatever ending they have.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def package_file_name(target: Target) -> str:
    """Name a package after its target and what is known of the revision.

    `EmployeeBackoffice-Testing-1.4.0.zip`, with `+modified` where it was changed since;
    `-r12` where the revision has no label; nothing between where it is of no environment.
    """
    tail = f"{_environment(target.environment)}{_revision(target.revision)}{_ENDING}"
    application = _safe(target.application_name) or _safe(target.application) or "application"
    if _RESERVED.match(application):
        application = f"_{application}"
    room = min(LONGEST - len(tail), LONGEST_BYTES - len(tail.encode()))
    return _cut(application, room) + tail


def _environment(environment: Environment | None) -> str:
    if environment is None:
        return ""
    name = _safe(environment.name) or _safe(environment.key) or "environment"
    return f"-{_cut(name, _ENVIRONMENT_BYTES)}"


def _revision(revision: Revision) -> str:
    label = _cut(_safe(revision.label), _LABEL_BYTES)
    if not label and revision.number is not None:
        label = f"r{revision.number}"
    if not revision.is_modified:
        return f"-{label}" if label else ""
    return f"-{label}+modified" if label else "-modified"


def _safe(text: str) -> str:
    """Replace every run of other characters by one `_`; none stands at an end."""
    kept = ""
    for character in tidy(text):
        kept += character if character in _KEPT or _is_of_a_word(character, kept) else "_"
    return _REPEATED.sub(r"\1", kept).strip(_KEPT)


def _is_of_a_word(character: str, before: str) -> bool:
    """Whether it is a letter, a digit, or a mark on one: many scripts write vowels as marks."""
    category = unicodedata.category(character)[0]
    return category in "LN" or (category == "M" and before[-1:] not in {"", *_KEPT})


def _cut(text: str, most_bytes: int) -> str:
    """Cut to a length in UTF-8, between characters."""
    return text.encode()[:most_bytes].decode(errors="ignore").rstrip(_KEPT)
