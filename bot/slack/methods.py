"""The methods of Slack's Web API that the bot calls, and what is known of each.

One table, so that budgets, retries, error sentences and the manifest's scopes agree. Limits are
calls a minute for the whole workspace; source: Slack's documentation, "Rate limits", and each
method's own page. "Special" limits are not published as numbers; ours is what has proven safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Purpose(Enum):
    """What a refusal means."""

    SPEAK = "speak"
    LOOK = "look"
    OTHER = "other"


@dataclass(frozen=True)
class Method:
    """One method."""

    name: str
    per_minute: int
    purpose: Purpose = Purpose.OTHER
    burst: int = 4  # how many may follow each other at once
    is_json: bool = False  # whether its arguments travel as JSON; else in the query
    verb: str = "POST"
    is_repeatable: bool = True  # whether doing it twice is the same as doing it once
    shows_a_message: bool = False  # whether it counts against one message per second and channel


POST_MESSAGE = Method(
    "chat.postMessage",
    per_minute=240,
    burst=10,
    purpose=Purpose.SPEAK,
    is_json=True,
    is_repeatable=False,
    shows_a_message=True,
)
UPDATE = Method("chat.update", per_minute=50, purpose=Purpose.SPEAK, is_json=True)
GET_PERMALINK = Method("chat.getPermalink", per_minute=100, purpose=Purpose.LOOK, verb="GET")
HISTORY = Method("conversations.history", per_minute=50, purpose=Purpose.LOOK, verb="GET")
REPLIES = Method("conversations.replies", per_minute=50, purpose=Purpose.LOOK, verb="GET")
INFO = Method("conversations.info", per_minute=50, purpose=Purpose.LOOK, verb="GET")
OPEN = Method("conversations.open", per_minute=50, purpose=Purpose.SPEAK)
GET_UPLOAD_URL = Method("files.getUploadURLExternal", per_minute=100)
COMPLETE_UPLOAD = Method(
    "files.completeUploadExternal",
    per_minute=100,
    purpose=Purpose.SPEAK,
    is_repeatable=False,
    shows_a_message=True,
)
DELETE_FILE = Method("files.delete", per_minute=50)
