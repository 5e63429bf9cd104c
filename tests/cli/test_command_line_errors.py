"""The real command: what is wrong with a setting is one sentence and status 2.

A process of its own costs seconds, so only what needs one has one.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.cli import main
from bot.cli.manifest import scopes_in_manifest
from bot.sandbox.lifetime import SandboxLifeTime
from bot.sandbox.slack import SandboxSlack

ROOT = Path(__file__).parents[2]
FETCH = ("fetch", "EmployeeBackoffice", "--env", "Testing")
COMMANDS = [("serve",), ("doctor",), FETCH]


class Ended(NamedTuple):
    """How a command ended."""

    status: int | None
    out: str
    err: str


@pytest.fixture
def run(tmp_path):
    """Run `sast-source` in an empty folder, with nothing in its environment but what is given."""

    async def run(*arguments, **environ):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=tmp_path,
            env={"PATH": os.defpath, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)} | environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), 60)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        return Ended(process.returncode, out.decode(), err.decode())

    return run


@pytest.fixture
async def outside(tmp_path):
    """Give an environment in which the bot works, and the sandboxes behind it."""
    required, optional = scopes_in_manifest()
    slack, lifetime = SandboxSlack(scopes=required | optional), SandboxLifeTime()
    await slack.start()
    await lifetime.start()
    environ = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "LIFETIME_URL": lifetime.url,
        "LIFETIME_TOKEN": lifetime.token,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.sqlite3'}",
        "LISTEN": "127.0.0.1:0",
    }
    yield environ
    await slack.stop()
    await lifetime.stop()


@pytest.fixture
def end(tmp_path, monkeypatch, capsys):
    """Run the command in this process, as `run` does in one of its own."""

    def end(*arguments, **environ):
        monkeypatch.chdir(tmp_path)
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in ({"HOME": str(tmp_path)} | environ).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["sast-source", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code, *capsys.readouterr())

    return end


def is_one_sentence(text):
    return text.startswith("sast-source: ") and text.endswith(".\n") and text.count("\n") == 1


@pytest.mark.parametrize("command", [("serve",), FETCH], ids=lambda command: command[0])
async def test_with_nothing_set_the_first_thing_to_set_is_said(run, command):
    ended = await run(*command)

    assert ended.status == 2
    assert is_one_sentence(ended.err), ended.err
    assert "LIFETIME_URL" in ended.err or "SLACK_APP_TOKEN" in ended.err
    assert ended.out == ""


async def test_with_nothing_set_doctor_says_everything_to_set_a_sentence_each(run):
    ended = await run("doctor")

    assert ended.status == 2
    lines = ended.err.splitlines(keepends=True)
    assert all(map(is_one_sentence, lines)), ended.err
    for name in ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "LIFETIME_URL"):
        assert any(name in line for line in lines)


COMPLETE = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "LIFETIME_URL": "https://lifetime.example.com",
    "LIFETIME_TOKEN": "token",
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"LIFETIME_URL": "lifetime.example.com"}, "LIFETIME_URL"),
        ({"LIFETIME_TOKEN": "two words"}, "LIFETIME_TOKEN"),
        ({"LIFETIME_TOKEN": "", "LIFETIME_TOKEN_FILE": "/nowhere"}, "LIFETIME_TOKEN_FILE"),
        ({"ALLOW_PRODUCTION": "perhaps"}, "ALLOW_PRODUCTION"),
        ({"ODC_PORTAL_URL": "https://acme.outsystems.dev"}, "ODC_CLIENT_ID"),
        ({"SAST_SOURCE_CONFIG": "/nowhere"}, "SAST_SOURCE_CONFIG"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_status_2(end, command, change, named):
    ended = end(*command, **(COMPLETE | change))

    assert ended.status == 2
    assert is_one_sentence(ended.err), ended.err
    assert named in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("command", [("serve",), ("doctor",)], ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xapp-swapped"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_API_URL": "slack"}, "SLACK_API_URL"),
        ({"PUBLIC_URL": "bot.example.com"}, "PUBLIC_URL"),
        ({"LISTEN": "3000"}, "LISTEN"),
        ({"METRICS_LISTEN": "9090"}, "METRICS_LISTEN"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"DATABASE_URL": "mysql://db.example.com/bot"}, "DATABASE_URL"),
        ({"DATABASE_URL": "bot.sqlite3"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
    ],
)
def test_a_setting_that_only_the_bot_needs_is_said_likewise(end, command, change, named):
    ended = end(*command, **(COMPLETE | change))

    assert ended.status == 2
    assert is_one_sentence(ended.err.splitlines(keepends=True)[-1]), ended.err
    assert named in ended.err
    assert "Traceback" not in ended.err


async def test_serve_says_in_a_sentence_what_shows_only_when_it_starts(run, outside):
    # 192.0.2.0/24 is kept for documentation (RFC 5737), so this machine has it not.
    outside["LISTEN"] = "192.0.2.1:3000"

    ended = await run("serve", **outside)

    assert ended.status == 2
    assert "sast-source: LISTEN=192.0.2.1:3000 cannot be used" in ended.err
    assert "Traceback" not in ended.err


async def test_doctor_ends_with_0_where_there_are_only_warnings(run, outside):
    ended = await run("doctor", **outside)

    assert (ended.status, ended.err) == (0, "")
    assert "warning  LifeTime, User Acceptance" in ended.out
    assert ended.out.splitlines()[-1].startswith("0 blocked, ")
    assert "\x1b" not in ended.out
    assert not any(outside[name] in ended.out for name in outside if name.endswith("TOKEN"))


async def test_doctor_ends_with_1_where_something_blocks_and_says_how_to_mend_it(run, outside):
    outside["LIFETIME_TOKEN"] = "not-this-one"

    ended = await run("doctor", **outside)

    assert (ended.status, ended.err) == (1, "")
    assert "blocked  LifeTime: " in ended.out
    assert "To mend it: " in ended.out
    assert ended.out.splitlines()[-1].startswith("1 blocked")
    assert "not-this-one" not in ended.out


def test_a_revision_and_a_tag_at_once_are_one_sentence(end):
    ended = end("fetch", "Library", "--revision", "12", "--tag", "1.4.0", **COMPLETE)

    assert ended.status == 2
    assert is_one_sentence(ended.err)
    assert "--revision and --tag" in ended.err


def test_a_wrong_address_for_the_manifest_is_one_sentence(end):
    ended = end("manifest", "--public-url", "http://bot.example.com")

    assert ended.status == 2
    assert is_one_sentence(ended.err)


async def test_ctrl_c_while_it_still_starts_is_no_traceback(run, tmp_path):
    (tmp_path / "structlog.py").write_text("raise KeyboardInterrupt")  # in the middle of an import
    ended = await run("fetch", "X", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert ended == (130, "", "")
