"""An answer that is no success becomes one error, in words that a person can act on."""

from __future__ import annotations

import json

import pytest
from multidict import CIMultiDict

from bot.errors import (
    PlatformBroken,
    PlatformBusy,
    PlatformError,
    PlatformNotFound,
    PlatformRefused,
    PlatformRejected,
    PlatformUnreachable,
)
from bot.platforms.answers import Words, error_in, retry_after
from bot.platforms.call import Call
from bot.platforms.lifetime_words import WORDS

START = Call("start", "start the packaging", "POST")


def errors(*texts: str, status: int = 403) -> bytes:
    return json.dumps({"Errors": texts, "StatusCode": status}).encode()


def error(status: int, body: bytes = b"", **headers: str) -> PlatformError:
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    found = error_in(START, status, named, body, platform="Acme", words=WORDS)
    assert found is not None
    return found


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_is_a_success(status):
    assert error_in(START, status, {}, b"", platform="Acme", words=WORDS) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, PlatformRejected),
        (400, PlatformRejected),
        (401, PlatformRefused),
        (403, PlatformRefused),
        (404, PlatformNotFound),
        (405, PlatformRejected),
        (408, PlatformUnreachable),
        (410, PlatformNotFound),
        (418, PlatformRejected),
        (429, PlatformBusy),
        (500, PlatformBroken),
        (503, PlatformBroken),
        (599, PlatformBroken),
        (999, PlatformBroken),
    ],
)
def test_a_status_becomes_one_kind_of_error(status, kind):
    found = error(status)
    assert type(found) is kind
    assert (found.status, found.platform) == (status, "Acme")
    assert found.message.startswith("Acme ")
    assert "start the packaging" in found.message


def test_all_of_the_servers_own_sentences_are_shown():
    found = error(400, errors("The first is wrong.", "So is the second."))
    assert "The first is wrong.; So is the second." in found.message


def test_a_403_adds_what_it_can_mean():
    message = error(403, errors("Authentication failed")).message
    assert message.startswith("Acme refused to start the packaging (403): Authentication failed. ")
    for cause in ("token", "permission", "Open and Debug", "network", "https"):
        assert cause in message


def test_a_web_page_is_told_by_its_title():
    page = b"<html><head><title>403 - Forbidden:\n Access</title></head><body>long</body></html>"
    assert 'a web page, "403 - Forbidden: Access"' in error(403, page).message


def test_a_web_page_without_title_is_told_by_its_text():
    page = b"<p>Runtime &amp; Error</p><script>alert('x')</script>"
    message = error(500, page, Content_Type="text/html").message
    assert 'a web page, "Runtime & Error"' in message
    assert "alert" not in message


def test_an_empty_answer_is_said_to_be_empty():
    assert "nothing (an empty answer)" in error(502).message


@pytest.mark.parametrize("status", [404, 405])
def test_what_is_not_the_api_is_told_apart_from_what_is_missing_in_it(status):
    assert "URL may be wrong" in error(status, b"<h1>IIS</h1>").message
    assert "URL may be wrong" not in error(status, errors("No such module.")).message


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<h1>IIS</h1>", PlatformBroken),
        (b"404 page not found", PlatformBroken),
        (b"", PlatformNotFound),
        (b" \r\n", PlatformNotFound),
        (b"{}", PlatformNotFound),
        (b"null", PlatformNotFound),
        (errors("No such module."), PlatformNotFound),
    ],
)
def test_that_there_is_nothing_is_believed_of_the_api_only(body, kind):
    assert type(error(404, body)) is PlatformNotFound
    looking = Call("status", "say how far it is", may_find_nothing=True)
    found = error_in(looking, 404, {}, body, platform="Acme", words=WORDS)
    assert type(found) is kind
    assert found.status == 404


def test_a_redirect_names_the_host_and_nothing_more():
    message = error(302, Location="https://login.example.net/sso?ticket=5ecre7").message
    assert "login.example.net" in message
    assert "5ecre7" not in message
    assert "sso" not in message


@pytest.mark.parametrize("location", ["", "/Login.aspx", "http://[broken", "http://"])
def test_a_redirect_to_nowhere_is_still_an_error(location):
    assert "redirect" in error(301, Location=location).message


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "Bad Request", "detail": "No such build."}, "(400): No such build."),
        ({"title": "Bad Request", "detail": None}, "(400): Bad Request."),
        ({"title": "", "traceId": "00-ab"}, "(400): no explanation (trace id 00-ab)."),
        (
            {"detail": "Tag already in use", "errorCode": "OS-APPS-40021", "traceId": "00-ab"},
            "(400): Tag already in use (OS-APPS-40021, trace id 00-ab).",
        ),
        (
            {"title": "One is wrong.", "errors": {"key": ["'x' is no key.", 7], "odd": 8}},
            "(400): One is wrong.; 'x' is no key.",
        ),
        ({"title": ["odd"], "detail": 7, "errorCode": {}}, '(400): "{'),
        ({"error": "unauthorized_client"}, "(400): unauthorized_client."),
        ({"error": "x", "error_description": "Invalid client."}, "(400): Invalid client."),
        ({"Errors": ["LifeTime's."], "detail": "Another's."}, "(400): LifeTime's."),
    ],
)
def test_a_problem_is_told_by_its_detail_its_code_and_its_trace(fields, said):
    assert said in error(400, json.dumps({"type": None, "status": 400, **fields}).encode()).message


def test_the_code_and_the_trace_of_a_problem_are_kept_and_no_longer_than_a_line():
    fields = {"detail": "No.", "errorCode": "OS-1\n\x1b[31m", "traceId": "t" * 10_000}
    found = error(404, json.dumps(fields).encode())
    assert (found.error_code, found.trace_id) == ("OS-1 [31m", "t" * 100)
    assert found.message.isprintable()
    assert len(found.message) < 300


def test_what_an_answer_can_mean_is_said_in_the_platforms_own_words():
    words = Words(refusal="It may be suspended.", nothing_there="That is no portal.")
    for status, meaning in ((401, words.refusal), (404, words.nothing_there)):
        found = error_in(START, status, {}, b"<p>Hello</p>", platform="Acme", words=words)
        assert found.message.endswith(f'"Hello". {meaning}')
    problem = json.dumps({"detail": "Couldn't find build"}).encode()
    found = error_in(START, 404, {}, problem, platform="Acme", words=words)
    assert found.message.endswith("Couldn't find build.")


def test_a_redirect_by_somebody_else_is_nothing_about_our_token():
    found = error_in(START, 307, {}, b"", platform="Acme", words=WORDS, host="store.example")
    assert found.message.startswith("store.example, to which Acme refers, could not ")
    assert "token" not in found.message


def test_somebody_to_whom_the_platform_refers_is_named():
    found = error_in(START, 500, {}, b"", platform="Acme", words=WORDS, host="auth.example")
    assert found.message.startswith("auth.example, to which Acme refers, could not start the ")
    assert found.platform == "Acme"


def test_a_storages_error_is_told_by_its_code_and_its_message():
    body = b"<?xml version='1.0'?><Error><Code>Gone</Code><Message>Too\nlate.</Message></Error>"
    assert error(403, body).message.startswith(
        "Acme refused to start the packaging (403): Gone: Too late. "
    )


def test_control_characters_and_endless_texts_do_not_reach_the_message():
    message = error(400, errors("one\r\ntwo\x1b[31m" + "x" * 100_000)).message
    assert message.isprintable()
    assert len(message) < 1_000


EARLIER, LATER = "Fri, 01 Jan 2027 00:00:00 GMT", "Fri, 01 Jan 2027 00:00:30 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": LATER, "Date": EARLIER}, 30.0),
        ({"Retry-After": EARLIER, "Date": LATER}, 0.0),
        ({"Retry-After": LATER}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "²"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers, seconds):
    assert retry_after(headers) == seconds
