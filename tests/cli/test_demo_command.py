from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
import zipfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

CHROMIUM = os.environ.get("SAST_SOURCE_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[2]
# What must make no difference to the demo, and would break it if it did.
FOREIGN = {
    "SLACK_BOT_TOKEN": "xoxb-somebody-elses",
    "LIFETIME_URL": "https://lifetime.example.com",
    "DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3",
    "ODC_PORTAL_URL": "https://portal.example.com",
    "LISTEN": "nonsense",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


@pytest.fixture
def scratch(tmp_path):
    """Give a folder for everything that the demo writes, with a `.env` that must not be read."""
    (tmp_path / ".env").write_text("LIFETIME_TOKEN=x\nLISTEN=nonsense\n")
    (tmp_path / "temporary").mkdir()
    return tmp_path


async def start(folder, *arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *arguments,
        cwd=folder,
        env={
            **os.environ,
            **FOREIGN,
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(folder / "temporary"),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_once_tells_the_story_to_the_end_and_leaves_nothing_behind(scratch):
    process = await start(scratch, "--once")
    out, err = await asyncio.wait_for(process.communicate(), 60)
    told = out.decode()
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err
    steps = (
        "begun to package",
        "[ Download ]",
        "Ada Park presses Download.",
        "EmployeeBackoffice-Testing-1.4.0.zip is whole",
    )
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    assert places[1] < told.index("Ready.") < places[-1]
    on_lifetime, on_odc = told.split("/sast-source Supplier Portal Testing")
    assert "Platform: LifeTime" in on_lifetime
    assert "Platform: ODC" not in on_lifetime
    assert "Platform: ODC" in on_odc
    *_, first, second = told.splitlines()
    assert re.search(r"\d\d files, every checksum right. Its modules: EmployeeBackoffice, ", first)
    assert re.match(r"Supplier_Portal-Testing-1\.2\.0\.zip is whole: .+ every checksum", second)
    assert list((scratch / "temporary").iterdir()) == []


async def test_a_port_that_is_taken_is_said_in_one_sentence(scratch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await start(scratch, "--port", str(taken.getsockname()[1]))
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert re.fullmatch(rb"sast-source: --port \d+ cannot be used: [^\n]+\.\n", err)


@asynccontextmanager
async def demo_page(folder):
    """Run the demo and open its page as Ada; the demo must end well when it is told to."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; SAST_SOURCE_CHROMIUM may name one")
    process = await start(folder)
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, (line, await process.stderr.read() if not line else "")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = await browser.new_page()
            await page.goto(address[0])
            await expect(page.locator("#composer")).to_be_focused()
            yield page
            await browser.close()
        process.terminate()
        _, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, err.decode()
        assert list((folder / "temporary").iterdir()) == []
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_a_newcomer_gets_a_package_with_nothing_but_the_keyboard(scratch, tmp_path):
    async with demo_page(scratch) as page:
        asked = []
        page.context.on("request", lambda request: asked.append(request.url))
        await page.get_by_role("button", name="20 times as fast").press("Enter")
        await page.get_by_role("link", name="Skip to the message box").press("Enter")
        # The command already stands in the box.
        await page.keyboard.press("Enter")
        thread = page.get_by_role("complementary", name="Thread")
        download = thread.get_by_role("link", name="Download")
        await expect(download).to_be_visible(timeout=30_000)
        await page.get_by_role("button", name="Close the thread").focus()
        while not await download.evaluate("it => it === document.activeElement"):
            await page.keyboard.press("Tab")
            inside = "document.activeElement.closest('#thread') !== null"
            assert await page.evaluate(inside), "the link cannot be reached by Tab"
        async with page.expect_download() as downloading:
            await page.keyboard.press("Enter")
        package = tmp_path / (await downloading.value).suggested_filename
        await (await downloading.value).save_as(package)
        card = page.locator("#messages .message").filter(has_text="The download link is in")
        await expect(card).to_contain_text("Ready.", timeout=15_000)
        assert all(url.startswith("http://127.0.0.1:") for url in asked)
    assert package.name == "EmployeeBackoffice-Testing-1.4.0.zip"
    with zipfile.ZipFile(package) as zipped:
        assert zipped.testzip() is None
        assert any(re.fullmatch(r".+\.v\d+\.zip", name) for name in zipped.namelist())


async def test_what_was_chosen_to_fail_is_seen_to_fail(scratch):
    async with demo_page(scratch) as page:
        await page.get_by_role("button", name="20 times as fast").click()
        await page.get_by_role("button", name="Let it fail").click()
        await expect(page.get_by_role("status")).to_have_text("LifeTime: Packaging fails")
        await expect(page.locator("#composer")).to_be_focused()
        await page.keyboard.press("Enter")
        card = page.locator("#messages .message").filter(has_text="Failed.")
        await expect(card.get_by_role("button", name="Retry")).to_be_visible(timeout=30_000)
        await page.get_by_role("button", name="All well").click()
        await card.get_by_role("button", name="Retry").click()
        again = page.locator("#messages .message").filter(has_text="Ready.")
        await expect(again).to_be_visible(timeout=30_000)


async def type_line(page, words):
    await page.locator("#composer").fill(f"/sast-source {words}")
    await page.locator("#composer").press("Enter")


async def is_ready(page, number, *words):
    """Wait until so many cards are ready, and look for words in the last of them."""
    ready = page.locator("#messages .message").filter(has_text="Ready.")
    await expect(ready).to_have_count(number, timeout=30_000)
    for word in words:
        await expect(ready.last).to_contain_text(word)


async def test_what_is_on_both_platforms_is_asked_back_and_can_be_said_beforehand(scratch):
    async with demo_page(scratch) as page:
        await page.get_by_role("button", name="20 times as fast").click()
        await type_line(page, "Employee Portal Testing")
        question = page.locator("#messages .message.ephemeral").filter(has_text="LifeTime and ODC")
        await question.get_by_role("button", name="on ODC").click(timeout=15_000)
        await is_ready(page, 1, "Employee Portal", "ODC", "3.0.0")
        await type_line(page, "Employee Portal Testing --on LifeTime")
        await is_ready(page, 2, "Employee Portal", "LifeTime", "2.0.3")
        await type_line(page, "Currency Formatting --tag 1.2.0")
        await is_ready(page, 3, "Currency Formatting", "ODC", "4 (1.2.0)")
        companies = page.locator("#calls .company-tag")
        assert {"LifeTime", "ODC", "Slack"} <= set(await companies.all_text_contents())
