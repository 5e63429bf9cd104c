from __future__ import annotations

import tracemalloc

import pytest

from bot.domain.retrieval import Posted, RetrievalState
from bot.errors import PackageDamaged, SlackUnavailable
from bot.sandbox.slack import Fault
from tests.slack.samples import link_row, request, retrieval

PIECE = 64 * 1024


class Body:
    """The bytes of a package, made as they are read."""

    def __init__(self, length=200_000, fails_after=None):
        self.length = None
        self._size = length
        self._fails_after = fails_after

    async def __aiter__(self):
        for start in range(0, self._size, PIECE):
            if self._fails_after is not None and start >= self._fails_after:
                raise PackageDamaged
            yield b"z" * min(PIECE, self._size - start)


@pytest.fixture
async def carded(slack, clock, publisher):
    asked = request(
        at=clock.now(), requester=slack.user("ada").id, channel=slack.channel("releases").id
    )
    one = retrieval(RetrievalState.PACKAGED, asked=asked).model_copy(update={"card": None})
    card = await publisher.post_card(one, "card", asked.channel)
    return one.model_copy(update={"card": card})


@pytest.fixture
def row(slack):
    return link_row(recipient=slack.user("ada").id, size_bytes=None)


@pytest.fixture
def staged(slack):
    """Collect what is told before a file is shared: its id, size, and whether it was shared."""
    told = []

    async def on_file(file, size_bytes):
        told.append((file, size_bytes, slack.world.files[file].completed))

    on_file.told = told
    return on_file


def living_files(slack):
    return [f for f in slack.world.files.values() if f.completed and not f.deleted]


async def test_a_package_is_shared_in_the_thread_with_a_notice_below(
    slack, publisher, carded, row, staged
):
    posted = await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)

    shared, notice = slack.replies("releases", carded.card.ts)
    [(file, size_bytes, was_shared)] = staged.told
    assert (size_bytes, was_shared) == (200_000, False)
    assert [f.id for f in shared.files] == [file]
    assert slack.file_bytes(file) == b"z" * 200_000
    assert posted == Posted(channel=notice.channel, ts=notice.ts)
    assert notice in slack.notified("ada")
    assert "200.0 kB" in notice.text
    assert await publisher.find(carded, "link") == posted


async def test_what_others_may_not_have_is_shared_by_dm(slack, publisher, carded, row, staged):
    posted = await publisher.upload(carded, "link", row, Body(), direct=True, on_file=staged)

    assert posted.channel == slack.direct("ada").id
    assert slack.replies("releases", carded.card.ts) == []


async def test_a_file_is_deleted_and_deleting_it_again_is_no_error(
    slack, publisher, carded, row, staged
):
    await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)
    file = staged.told[0][0]

    await publisher.delete_file(file)
    await publisher.delete_file(file)

    assert living_files(slack) == []


async def test_a_package_that_ends_early_is_never_shared(slack, publisher, carded, row, staged):
    body = Body(fails_after=PIECE)

    with pytest.raises(PackageDamaged):
        await publisher.upload(carded, "link", row, body, direct=False, on_file=staged)

    assert slack.world.files == {}
    assert slack.replies("releases", carded.card.ts) == []


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_bytes_that_got_lost_are_sent_again(slack, publisher, carded, row, staged, *, kind):
    slack.knobs.add(Fault("upload", kind, times=2))

    await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)

    assert len(living_files(slack)) == 1


async def test_bytes_that_never_arrive_are_given_up(slack, publisher, carded, row, staged):
    slack.knobs.add(Fault("upload", "drop_before", times=None))

    with pytest.raises(SlackUnavailable):
        await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)

    assert staged.told == []


async def test_a_file_of_uncertain_fate_is_deleted_at_once(slack, publisher, carded, row, staged):
    slack.knobs.add(Fault("files.completeUploadExternal", "drop_after"))

    with pytest.raises(SlackUnavailable):
        await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)

    assert living_files(slack) == []


async def test_a_notice_whose_answer_was_lost_stands_once(slack, publisher, carded, row, staged):
    slack.knobs.add(Fault("chat.postMessage", "drop_after"))

    posted = await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)

    notices = [m for m in slack.replies("releases", carded.card.ts) if not m.files]
    assert [m.ts for m in notices] == [posted.ts]
    assert len(living_files(slack)) == 1


async def test_a_file_without_its_notice_does_not_stay(slack, publisher, carded, row, staged):
    slack.knobs.add(Fault("chat.postMessage", "http_500", times=None))

    with pytest.raises(SlackUnavailable):
        await publisher.upload(carded, "link", row, Body(), direct=False, on_file=staged)

    assert living_files(slack) == []


async def test_a_large_package_passes_through_little_memory(publisher, carded, row, staged):
    tracemalloc.start()
    try:
        await publisher.upload(carded, "link", row, Body(64 << 20), direct=False, on_file=staged)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 16 << 20
    assert staged.told[0][1] == 64 << 20
