"""What each call to the outside asks, in words for people."""

from __future__ import annotations

from bot.sandbox.lifetime import CallName as LifeTimeCallName
from bot.sandbox.odc import CallName as OdcCallName

IN_LIFETIME: dict[LifeTimeCallName, str] = {
    "environments": "Which environments are there?",
    "environment": "What is this environment?",
    "applications": "Which applications are there?",
    "application": "What is this application?",
    "environment_applications": "What runs in this environment?",
    "environment_application": "Which version runs there?",
    "version": "Which LifeTime is this?",
    "start": "Please package this source code.",
    "status": "How far is the packaging?",
    "link": "Where is the package?",
    "download": "Give me the package.",
    "renew_token": "Give me a new token.",
    "unknown": "Something that LifeTime does not know.",
}

IN_ODC: dict[OdcCallName, str] = {
    "discovery": "Who gives out tokens?",
    "token": "Let me in, please.",
    "environments": "Which environments are there?",
    "portfolios": "Which portfolios are there?",
    "deployed_assets": "What runs where?",
    "assets": "Which applications and libraries are there?",
    "asset": "What is this application?",
    "revisions": "Which revisions does it have?",
    "revision": "What is this revision?",
    "latest_revision": "Which revision is the latest?",
    "highest_tag": "Which revision has the highest tag?",
    "oml": "Give me the model.",
    "builds": "Which builds are there?",
    "build": "What is this build?",
    "start": "Please package this source code.",
    "status": "Is there a package?",
    "download": "Give me the package.",
    "unknown": "Something that ODC does not know.",
}

IN_SLACK = {
    "apps.connections.open": "Let me connect.",
    "auth.test": "Who am I?",
    "chat.postMessage": "Post this message.",
    "chat.update": "Show this instead.",
    "chat.postEphemeral": "Show this to one person.",
    "chat.getPermalink": "Where does this message stand?",
    "conversations.history": "What stands in this channel?",
    "conversations.replies": "What stands in this thread?",
    "conversations.info": "What kind of channel is this?",
    "conversations.open": "Open the conversation with this person.",
    "response_url": "Answer this person.",
    "ack": "Got it.",
}
