"""Text in Slack's own markup: escaping, fitting, and the few forms that the views use.

Everything that came from outside passes through `fit` (or `name`), which escapes it and keeps it
within a length. Source of the rules: Slack's documentation, "Formatting message text".
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.target import Target
from bot.domain.value import ChannelId, SlackUserId

ELLIPSIS = "…"
NAME_LIMIT = 255
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
    whole = line.translate(_ESCAPES)
    doubles = 0 if line.isascii() else sum(ord(char) > _BASIC_PLANE_END for char in line)
    if len(whole) + doubles <= limit:
        return whole
    room = limit - len(ELLIPSIS)
    kept = 0
    while room >= _cost(line[kept]):
        room -= _cost(line[kept])
        kept += 1
    return line[:kept].rstrip().translate(_ESCAPES) + ELLIPSIS


def _cost(char: str) -> int:
    return len(_ESCAPES.get(ord(char), char)) + (ord(char) > _BASIC_PLANE_END)


def one_line(text: str) -> str:
    """Put `text` on one line, without control characters and without turning its direction."""
    return " ".join(text.translate(_CLEANED).split())


def name(text: str, limit: int = NAME_LIMIT * 3) -> str:
    """Escape a name; one that is empty is said to be."""
    return fit(text, limit) or "(no name)"


def described(target: Target, limit: int = NAME_LIMIT * 3) -> str:
    """Name a target: application and environment, each within `limit`."""
    return f"{name(target.application_name, limit)} in {name(target.environment.name, limit)}"


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
