"""What Slack's error codes mean, and what a person should do about each.

The only place where a code becomes an error. A code that nobody here knows is SlackRefused, shown
as it is: Slack adds codes.
"""

from __future__ import annotations

from bot.errors import CannotLook, CannotSpeak, SlackError, SlackRefused, SlackUnavailable
from bot.slack.methods import Method, Purpose

_INVITE = "Invite it with `/invite` and its name, or use another channel."
_ADMIN = "Ask a Slack administrator"
_INSTALL = "Whoever runs the bot must install the app again and set its new token."
_OUR_FAULT = "This is a fault of the bot; please report it with the reference."

#: The bot has no place in the conversation, or may not write in it.
_NO_PLACE = {
    "channel_not_found": f"Slack does not show this conversation to the bot. {_INVITE}",
    "not_in_channel": f"The bot is not a member of this channel. {_INVITE}",
    "is_archived": "This channel is archived. Use another one, or have it restored.",
    "is_inactive": "This conversation is closed. Use another channel.",
    "restricted_action": f"The bot may not post in this channel. {_ADMIN} to allow it.",
    "restricted_action_read_only_channel": (
        f"This channel is read-only. {_ADMIN} to let the bot post, or use another channel."
    ),
    "restricted_action_thread_only_channel": (
        "Only thread replies are allowed in this channel. Use another one."
    ),
    "restricted_action_non_threadable_channel": (
        "Threads are not allowed in this channel. Use another one."
    ),
    "ekm_access_denied": f"Encryption keys are withheld for this conversation. {_ADMIN}.",
    "messages_tab_disabled": (
        "The bot cannot send direct messages. Whoever runs it must turn on the Messages tab."
    ),
    "no_permission": f"The bot may not do this here. {_ADMIN} to allow it.",
    "access_denied": f"The bot may not do this here. {_ADMIN} to allow it.",
    "team_access_not_granted": f"The app has no access to this workspace. {_ADMIN} to grant it.",
    "user_not_found": "Slack does not know this person here, so no direct message can be sent.",
    "user_disabled": "This person's account is deactivated, so no direct message can be sent.",
    "cannot_dm_bot": "Bots cannot be sent direct messages.",
    "thread_not_found": "The thread is gone: the message it hung under was deleted.",
    "missing_scope": (
        "The app lacks a permission. Whoever runs the bot must add it and install the app again."
    ),
}

#: Slack says that it failed, or asks to be left alone for a while.
_PASSING = {
    "ratelimited": "Slack asks the bot to slow down. It will go on by itself.",
    "rate_limited": "Slack asks the bot to slow down. It will go on by itself.",
    "internal_error": "Slack failed. The bot will try again.",
    "fatal_error": "Slack failed. The bot will try again.",
    "service_unavailable": "Slack is not available. The bot will try again.",
    "request_timeout": "Slack did not get the whole request. The bot will try again.",
    "team_added_to_org": "The workspace is being moved to an organisation. Try again in a while.",
    "http_error": "Slack failed. The bot will try again.",
    "timeout": "Slack did not answer in time. The bot will try again.",
    "unreachable": "Slack cannot be reached. The bot will try again.",
    "dropped": "Slack's answer was lost. The bot will try again.",
}

#: The bot's credentials are no good. Nothing works until somebody mends them, and then everything
#: must go on where it stood: so this too is Slack not being available.
_CREDENTIALS = {
    "token_revoked": f"The bot's Slack token was revoked. {_INSTALL}",
    "token_expired": f"The bot's Slack token has expired. {_INSTALL}",
    "account_inactive": f"The bot's Slack account is inactive. {_INSTALL}",
    "invalid_auth": f"Slack does not accept the bot's token. {_INSTALL}",
    "not_authed": f"Slack was given no token. {_INSTALL}",
    "not_allowed_token_type": "SLACK_BOT_TOKEN must be a bot token, one that begins with xoxb-.",
    "org_login_required": "The workspace is being moved to an organisation. Try again in a while.",
}

#: The message can no longer be changed.
_FINAL = {
    "message_not_found": "The message is gone: somebody deleted it.",
    "edit_window_closed": "The message is too old to be changed in this workspace.",
    "cant_update_message": "Slack does not let the bot change this message.",
}

_REFUSALS = {
    "msg_too_long": f"The message is too long for Slack. {_OUR_FAULT}",
    "msg_blocks_too_long": f"The message is too long for Slack. {_OUR_FAULT}",
    "metadata_too_large": f"The message carries too much for Slack. {_OUR_FAULT}",
    "invalid_blocks": f"Slack cannot draw the message. {_OUR_FAULT}",
    "invalid_blocks_format": f"Slack cannot draw the message. {_OUR_FAULT}",
    "no_text": f"The message is empty. {_OUR_FAULT}",
    "streaming_state_conflict": "Slack is still writing this message. Try again in a while.",
    "message_limit_exceeded": "The workspace has reached its limit of messages. Delete some.",
    "file_uploads_disabled": f"File uploads are turned off here. {_ADMIN}, or set PUBLIC_URL.",
    "file_upload_size_restricted": "The package is larger than Slack takes. Set PUBLIC_URL.",
    "storage_limit_reached": "The workspace has no room for files. Delete some, or set PUBLIC_URL.",
    "over_file_size_limit": "The package is larger than Slack takes. Set PUBLIC_URL.",
}

#: With these Slack has certainly not acted, so that repeating is safe for every method.
CERTAINLY_NOT_DONE = frozenset(
    {"unreachable", "ratelimited", "rate_limited", "request_timeout", *_CREDENTIALS}
)


def error_for(method: Method, code: str) -> SlackError:
    """Give the error that stands for a code of Slack's, or for one of ours (`timeout` …)."""
    passing = _PASSING.get(code) or _CREDENTIALS.get(code)
    if passing:
        return SlackUnavailable(passing, method=method.name, code=code)
    if code in _NO_PLACE:
        kind = _KINDS[method.purpose]
        return kind(_NO_PLACE[code], method=method.name, code=code)
    said = _FINAL.get(code) or _REFUSALS.get(code) or f"Slack refused: {code}."
    return SlackRefused(said, method=method.name, code=code)


_KINDS: dict[Purpose, type[SlackError]] = {
    Purpose.SPEAK: CannotSpeak,
    Purpose.LOOK: CannotLook,
    Purpose.OTHER: SlackRefused,
}


def is_final(error: SlackError) -> bool:
    """Whether the message that was to be changed can never be changed again."""
    return error.code in _FINAL
