"""Whatever people type, over the real signed endpoint: an answer, no traceback, nothing dead."""

from __future__ import annotations

import asyncio
import random

from bot.domain.retrieval import RetrievalState
from tests.acceptance.reading import WITHIN

LINES = 160
PIECES = (
    "EmployeeBackoffice", "Testing", "employee portal", "User Acceptance", "Café", "O'Brien",
    "“", "”", '"', "'", "—", "--", "--env", "--env=", "--help", "-h", "?", "help", "=", ",",
    "<@U0000000001|ada>", "<#C0000000007|releases>", "<https://a.example|x>", "<", ">", "&amp;",
    "😀", "👩‍👩‍👧", "\u202e", "\u200b", "\u00a0", "\x00", "\x1b[31m", "\r\n", "\t", "Ωμέγα", "测试",
    "تجربة", "`", "*", "_", "~", "\\", "%s", "{0}", "${x}", "'; DROP TABLE retrievals; --",
    "c9a7a82e-0eee-4a3d-8e22-2a19c69c766f", "849515f2-b4ff-4aca-a9d6-9407bea655f4",
    "x" * 300, "\u0131", "İ", "ß",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
)  # fmt: skip


def lines():
    chance = random.Random(20)
    for number in range(LINES):
        pieces = chance.choices(PIECES, k=chance.randint(0, 12))
        line = chance.choice(["", " ", "  "]).join(pieces)
        yield (line * 40)[:4000] if number % 50 == 0 else line


async def test_every_line_gets_an_answer_that_a_person_can_use(world):
    world.is_http = True
    world.slack.knobs.enforce_rate_limits = False
    await world.start_bot()

    async def type_line(number, line):
        who = world.person(("ada", "bruno", "chen", "dana")[number % 4])
        outcome = await who.types(line, ("releases", "core-team")[number % 2])
        assert outcome.status == 200
        assert outcome.response_type == "ephemeral"
        assert outcome.text.strip()

    numbered = list(enumerate(lines()))
    for start in range(0, LINES, 20):
        await asyncio.gather(*(type_line(*one) for one in numbered[start : start + 20]))

    counts = await world.bot.store.journal.count_by_state()
    assert sum(counts.values()) > LINES / 3
    while any(counts[state] for state in RetrievalState if not state.is_settled):
        counts = await world.bot.store.journal.count_by_state()
    assert counts[RetrievalState.FAILED] == 0
    answered = counts[RetrievalState.ANSWERED]
    assert answered > 0
    told = lambda: [c for c in world.slack.calls if c.method == "response_url" and c.ok]  # noqa: E731
    await world.slack.wait_until(lambda: len(told()) >= answered, within=WITHIN)
    assert "Traceback" not in world.log_stream.getvalue()
