"""Text in Slack's own markup: escaping, fitting, and the few forms that the views use.

Everything that came from outside passes through `fit` (or `name`), which escapes it and keeps it
within a length. Source of the rules: Slack's documentation, "Formatting message text".
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.target import RevisionWish, Target
from bot.domain.value import BuildKey, ChannelId, SlackUserId

ELLIPSIS = "…"
NAME_LIMIT = 255
_TAG_LIMIT = 100
_KEY_LIMIT = 9  # the first part of a GUID, and the ellipsis
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_SURROGATES = range(0xD800, 0xE000)
_BIDI_CONTROLS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_CLEANED = {
    **dict.fromkeys(_CONTROLS, " "),
    **dict.fromkeys(_SURROGATES, " "),
    **dict.fromkeys(_BIDI_CONTROLS, ""),
}
_BASIC_PLANE_END = 0xFFFF
_UNITS = ("kB", "MB", "GB", "TB")
_THOUSAND = 1000


def fit(text: str, limit: int) -> str:
    """Escape `text` on one line, cut to at most `limit` characters and never within an escape.

    Slack does not say in which unit it counts, so characters outside the basic plane count twice.
    """
    line = one_line(text)
    if _length(line) <= limit:
        return line.translate(_ESCAPES)
    room = limit - len(ELLIPSIS)
    kept = 0
    while room >= _cost(line[kept]):
        room -= _cost(line[kept])
        kept += 1
    return line[:kept].rstrip().translate(_ESCAPES) + ELLIPSIS


def fit_ends(text: str, limit: int, end: int) -> str:
    """Fit `text` as `fit` does, but cut it before its last `end` characters or so.

    For what says its most particular thing last: a trace id, what tells two guesses apart.
    """
    line = one_line(text)
    if _length(line) <= limit:
        return line.translate(_ESCAPES)
    first = len(line)
    while first and (room := end - _cost(line[first - 1])) >= 0:
        first, end = first - 1, room
    tail = line[first:].lstrip()
    return fit(line, limit - _length(tail)) + tail.translate(_ESCAPES)


def _length(line: str) -> int:
    doubles = 0 if line.isascii() else sum(ord(char) > _BASIC_PLANE_END for char in line)
    return len(line.translate(_ESCAPES)) + doubles


def _cost(char: str) -> int:
    return len(_ESCAPES.get(ord(char), char)) + (ord(char) > _BASIC_PLANE_END)


def one_line(text: str) -> str:
    """Put `text` on one line, without control characters and without turning its direction."""
    return " ".join(text.translate(_CLEANED).split())


def name(text: str, limit: int = NAME_LIMIT * 3) -> str:
    """Escape a name; one that is empty is said to be."""
    return fit(text, limit) or "(no name)"


def described(target: Target, limit: int = NAME_LIMIT * 3, *, goes_on: bool = False) -> str:
    """Name a target: application and environment, each within `limit`, and what was wished for.

    `goes_on`: the sentence goes on behind it, so that a wish is closed with a comma.
    """
    said = name(target.application_name, limit)
    if target.environment is not None:
        said += f" in {name(target.environment.name, limit)}"
    if target.wish is None:
        return said
    return f"{said}, {wished(target.wish)}{',' if goes_on else ''}"


def wished(wish: RevisionWish) -> str:
    """Name what somebody asked for in place of what runs: a revision, a tag or a build."""
    if wish.number is not None:
        return f"revision {wish.number}"
    return f"tag {name(wish.tag, _TAG_LIMIT)}" if wish.tag else f"build {short_key(wish.build)}"


def short_key(key: BuildKey) -> str:
    """Write the beginning of a key, enough to know it again."""
    return name(key, _KEY_LIMIT)


def mention(user: SlackUserId) -> str:
    """Mention a person, who is notified when it stands in a new message."""
    return f"<@{fit(user, 64)}>"


def channel_name(channel: ChannelId) -> str:
    """Name a channel; Slack shows its name to those who may know it."""
    return f"<#{fit(channel, 64)}>"


def when(moment: datetime) -> str:
    """Write a moment, shown in the reader's own time zone."""
    fallback = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def size(count: int) -> str:
    """Write a number of bytes in units of a thousand: `12.3 MB`."""
    if count < _THOUSAND:
        return f"{count} bytes"
    amount = count / _THOUSAND
    units = list(_UNITS)
    while round(amount, 1) >= _THOUSAND and len(units) > 1:
        amount /= _THOUSAND
        units.pop(0)
    return f"{amount:.1f} {units[0]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: `1 message`, `1,234 messages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
