"""What reaches the log, and what must not."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot import log

FORMATS = ("console", "json")
_WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@pytest.fixture
def logged(monkeypatch):
    """Configure logging for one test, and give what it writes."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def configure(log_format):
        written = io.StringIO()
        monkeypatch.setattr(sys, "stderr", written)
        log.configure(log_format)
        return written

    yield configure
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


SECRETS = st.one_of(
    st.text(_WORD + "-", min_size=12, max_size=40).map("xoxb-{}".format),
    st.text(_WORD + "-", min_size=12, max_size=40).map("xapp-{}".format),
    st.text(_WORD, min_size=12).map("xoxe.xoxb-1-{}".format),
    st.text(_WORD + "-_", min_size=43, max_size=43).map("/download/{}".format),
    st.text(_WORD + "-_.~+/=", min_size=12).map("Bearer {}".format),
    st.text(_WORD + "-_.~+/=", min_size=12).map("bearer  {}".format),
    st.text(_WORD, min_size=12).map("https://hooks.slack.com/commands/T1/2/{}".format),
    st.lists(st.text(_WORD + "-_", min_size=12), min_size=3, max_size=3).map(
        lambda parts: "eyJ" + ".".join(parts)
    ),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters=_WORD), max_size=30)
ENDS = st.sampled_from(["", " ", '"', "'", "\\", "\n", ">", ")", "é", "\x1b[0m", "\u2028"])


def hidden(secret):
    """Give the part of a secret that nobody may read."""
    return secret[-10:]


@pytest.mark.parametrize("log_format", FORMATS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(before=TEXTS, secret=SECRETS, after=st.builds("{}{}".format, ENDS, TEXTS))
def test_no_secret_is_ever_written(logged, log_format, before, secret, after):
    written = logged(log_format)
    text = f"{before} {secret}{after}"

    structlog.get_logger("ours").warning(text, value=text, nested={"list": [text]})
    logging.getLogger("theirs").warning("%s", text)
    logging.getLogger("theirs").error("failed", exc_info=ValueError(text))

    assert hidden(secret) not in written.getvalue()
    if log_format == "json":
        assert len([json.loads(line) for line in written.getvalue().splitlines()]) == 3


def fail():
    local_password = "only-in-a-local-{}".format("variable")
    raise RuntimeError(f"broken after {len(local_password)}")


@pytest.mark.parametrize("log_format", FORMATS)
@pytest.mark.parametrize("name", ["ours", "theirs"])
def test_a_traceback_is_whole_and_shows_no_local_variables(logged, log_format, name):
    written = logged(log_format)
    try:
        fail()
    except RuntimeError:
        if name == "ours":
            structlog.get_logger("ours").exception("it_broke")
        else:
            logging.getLogger("theirs").exception("it_broke")

    text = written.getvalue()
    if log_format == "json":
        text = json.loads(text)["exception"]
    assert "Traceback (most recent call last)" in text
    assert "in fail" in text
    assert "RuntimeError: broken after 24" in text
    assert "only-in-a-local-variable" not in text


def test_json_has_one_object_a_line_with_level_logger_and_time(logged):
    written = logged("json")

    structlog.get_logger("bot.somewhere").info("retrieval_settled", retrieval="R1", seconds=2.5)
    logging.getLogger("aiohttp.server").error("two\nlines")

    ours, theirs = map(json.loads, written.getvalue().splitlines())
    assert ours["event"] == "retrieval_settled"
    assert ours["level"] == "info"
    assert (ours["retrieval"], ours["seconds"]) == ("R1", 2.5)
    assert theirs["event"] == "two\nlines"
    assert theirs["logger"] == "aiohttp.server"
    assert theirs["level"] == "error"
    assert theirs["timestamp"].endswith("Z")


def test_the_console_shows_event_and_values(logged):
    written = logged("console")

    structlog.get_logger("ours").info("retrieval_settled", retrieval="R1")

    assert "retrieval_settled" in written.getvalue()
    assert "retrieval=R1" in written.getvalue()


def test_debug_lines_are_not_written(logged):
    written = logged("console")

    logging.getLogger("ours").debug("quiet")

    assert written.getvalue() == ""


async def test_a_wrong_signature_is_told_without_what_was_sent(logged):
    written = logged("json")
    app = AsyncApp(token="xoxb-1", signing_secret="secret")
    request = AsyncBoltRequest(
        body="command=%2Fsast-source&response_url=https%3A%2F%2Fhooks.example.com%2Fprivate",
        headers={"x-slack-signature": ["v0=1"], "x-slack-request-timestamp": ["1"]},
    )

    answer = await app.async_dispatch(request)

    assert answer.status == 401
    assert "private" not in written.getvalue()
    assert "wrong signature" in written.getvalue()


def test_talkative_libraries_are_kept_to_warnings(logged):
    written = logged("console")
    AsyncApp(token="xoxb-1", signing_secret="secret")

    logging.getLogger("slack_bolt.AsyncApp").info("what was sent")
    logging.getLogger("slack_bolt.AsyncApp").warning("what is odd")

    assert "what was sent" not in written.getvalue()
    assert "what is odd" in written.getvalue()


@pytest.mark.parametrize("log_format", FORMATS)
def test_a_connection_that_slacks_library_will_try_again_is_a_line_without_traceback(
    logged, log_format
):
    written = logged(log_format)
    try:
        fail()
    except RuntimeError:
        logging.getLogger("slack_bolt.AsyncApp").exception("Failed to connect; Retrying")

    assert "Failed to connect; Retrying" in written.getvalue()
    assert "Traceback" not in written.getvalue()
