"""The demo's side of the sandbox: three companies on one stage, and a page to watch and act from.

`Stage` holds the pretend Slack, LifeTime and ODC, what goes wrong in them, and what was called.
`DemoPage` serves the page in `page/` and pushes to it what one person sees. `Story` plays a whole
retrieval without a page. None of them knows the bot: `sast-source demo` starts it beside them.
"""

from __future__ import annotations

from bot.sandbox.demo.clock import DemoClock
from bot.sandbox.demo.failures import FAILURES, Failure, Failures
from bot.sandbox.demo.page_server import DemoPage
from bot.sandbox.demo.stage import Stage
from bot.sandbox.demo.story import LINES, Story, StoryFailedError

__all__ = [
    "FAILURES",
    "LINES",
    "DemoClock",
    "DemoPage",
    "Failure",
    "Failures",
    "Stage",
    "Story",
    "StoryFailedError",
]
