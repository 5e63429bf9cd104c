"""The answer to `/sast-source help`."""

from __future__ import annotations

from bot.slack.message import Message, context, section

_TEXT = (
    "Type `/sast-source APPLICATION ENVIRONMENT` to get the generated source code of an "
    "application on OutSystems 11 or OutSystems Developer Cloud (ODC)."
)
_EXAMPLES = (
    "*For example*\n"
    "`/sast-source EmployeeBackoffice Testing`\n"
    '`/sast-source "Employee Portal" "User Acceptance"`\n'
    "`/sast-source EmployeeBackoffice Testing --on NAME` where several platforms have it"
)
_REVISIONS = (
    "*On ODC also*\n"
    '`/sast-source "Supplier Portal" --revision 9` for another revision than the one that runs\n'
    '`/sast-source "Currency Formatting" --tag 1.2.0` the same by its tag\n'
    '`/sast-source "Currency Formatting"` for the latest revision of a library\n'
    "`/sast-source BUILD-KEY` for one build; its key stands in place of everything else"
)
_NAMES = (
    "Small and capital letters are the same, quotes are needed only where a name could be "
    "read in two ways, and a platform key works wherever a name does."
)
_COURSE = (
    "A message in this channel shows how far the retrieval is. The download link comes in its "
    "thread, mentions you, and works for a limited time; when it has expired, a button gives a "
    "new one."
)
_PLACE = "Where the bot cannot post, everything happens in a direct message to you."


def help_message() -> Message:
    """Draw the help."""
    return Message(
        text=f"{_TEXT} {_COURSE}",
        blocks=(
            section(_TEXT),
            section(_EXAMPLES),
            section(_REVISIONS),
            section(_COURSE),
            context(f"{_NAMES} {_PLACE}"),
        ),
    )
