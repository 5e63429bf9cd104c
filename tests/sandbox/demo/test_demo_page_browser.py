"""The demo's page as people use it: messages, cards, threads, and the keyboard."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*EmployeeBackoffice in Testing*"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": "Cancel"},
                "action_id": "cancel",
                "value": "1",
                "style": "danger",
                "confirm": {
                    "title": {"type": "plain_text", "text": "Really?"},
                    "text": {"type": "plain_text", "text": "It will be stopped."},
                    "confirm": {"type": "plain_text", "text": "Stop it"},
                    "deny": {"type": "plain_text", "text": "Keep it"},
                },
            },
            {
                "type": "button",
                "text": {"type": "plain_text", "text": "Again"},
                "action_id": "again",
                "value": "2",
            },
        ],
    },
]


def section(text, **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}


async def test_by_keyboard_alone_a_command_brings_a_card_and_its_thread(bot, visit):
    async def answer(_):
        ts = await bot.post("Packaging", CARD)
        await bot.post("It has begun.", thread_ts=ts)

    bot.on_command = answer
    page = await visit()
    await expect(page.locator("#composer")).to_be_focused()
    await page.keyboard.press("Backspace")
    await page.keyboard.type("/sas")
    await expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await page.keyboard.type("EmployeeBackoffice Testing")
    await page.keyboard.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("It has begun.")).to_be_visible()
    await expect(page.locator("#composer")).to_be_focused()
    assert bot.commands == [("ada", "EmployeeBackoffice Testing")]


async def test_arrows_walk_the_messages_and_escape_closes_the_thread(bot, visit):
    ts = await bot.post("Packaging", CARD)
    await bot.post("It has begun.", thread_ts=ts)
    page = await visit()
    await page.locator("#composer").fill("")
    await page.keyboard.press("ArrowUp")
    card = page.locator(f'#messages [data-key="{ts}"]')
    await expect(card).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(card.get_by_role("button", name="Cancel")).to_be_focused()
    await card.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#answer")).to_be_focused()
    await page.keyboard.type("Thank you!")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replies").get_by_text("Thank you!")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()
    await expect(card).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("/")
    await expect(page.locator("#composer")).to_be_focused()
    await expect(page.get_by_role("listbox", name="Commands")).to_be_visible()


async def test_the_first_tab_leads_past_everything_to_the_message_box(visit):
    page = await visit("#ada/general")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer")).to_be_focused()


async def test_a_button_with_a_question_is_pressed_only_when_it_is_answered(bot, visit):
    await bot.post("Packaging", CARD)
    page = await visit()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog", name="Really?")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.get_by_role("button", name="Again").click()
    await page.get_by_role("button", name="Cancel").click()
    async with page.expect_response("**/act/click"):
        await page.get_by_role("button", name="Stop it").click()
    assert bot.clicks == [("ada", "again"), ("ada", "cancel")]


async def test_every_kind_of_block_and_markup_is_drawn(bot, visit):
    moment = 1_767_225_600  # 2026-01-01 00:00 UTC
    text = (
        "*bold* _italic_ ~struck~ `code <b>` :warning: ✅ <https://example.com/a?b=1&amp;c|a link> "
        f"<@{bot.slack.user('ada').id}> <#{bot.slack.channel('general').id}> <!here> "
        f"<!date^{moment}^{{date_num}} at {{time}}|never> 2*3*4 &lt;tag&gt;\n&gt; quoted\n"
        "```\npre *not bold*\n```"
    )
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "A heading"}},
        section(text),
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Field*\nvalue"}]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]},
        *CARD[1:],
    ]
    ts = await bot.post("everything", blocks)
    page = await visit("#chen/releases")
    drawn = page.locator(f'[data-key="{ts}"]')
    await expect(drawn.get_by_role("heading", name="A heading")).to_be_visible()
    shown = {
        "strong": ["bold", "Field"],
        "em": ["italic"],
        "s": ["struck"],
        "code": ["code <b>"],
        "blockquote": ["quoted"],
        "pre": ["pre *not bold*"],
        "a": ["a link", "#general"],
        ".mention": ["@Ada Park", "#general", "@here"],
        ".section time": ["2026-01-01 at 8:00 AM"],  # Chen reads in Shanghai
    }
    for selector, texts in shown.items():
        assert await drawn.locator(selector).all_text_contents() == texts, selector
    assert await drawn.get_by_role("img").count() == 2
    assert await drawn.get_by_role("link", name="a link").get_attribute("href") == (
        "https://example.com/a?b=1&c"
    )
    await expect(drawn.get_by_text("2*3*4 <tag>")).to_be_visible()
    await expect(drawn.get_by_role("separator")).to_be_attached()
    await expect(drawn.get_by_text("small print")).to_be_visible()
    await expect(drawn.get_by_role("button", name="Cancel")).to_have_class("button danger")


async def test_a_block_that_the_page_does_not_know_is_not_passed_over_in_silence(bot, visit):
    await bot.post("x", [{"type": "markdown", "text": "# title"}])
    page = await visit()
    await expect(page.get_by_text("cannot draw a block of type “markdown”")).to_be_visible()


async def test_an_ephemeral_message_is_seen_by_one_person_only(bot, visit):
    channel, ada = bot.slack.channel("releases").id, bot.slack.user("ada").id
    await bot.client.chat_postEphemeral(channel=channel, user=ada, text="for your eyes")
    page = await visit()
    private = page.locator(".message.ephemeral")
    await expect(private).to_contain_text("Only visible to you")
    await expect(private).to_contain_text("for your eyes")
    await page.get_by_role("radio", name="Bruno").check()
    await expect(page.get_by_text("On it.")).to_be_visible()
    await expect(page.get_by_text("for your eyes")).to_have_count(0)


async def test_a_message_whose_blocks_are_gone_is_marked_as_edited(bot, visit):
    ts = await bot.post("before", CARD)
    page = await visit()
    channel = bot.slack.channel("releases").id
    await bot.client.chat_update(channel=channel, ts=ts, text="after")
    await expect(page.locator(f'[data-key="{ts}"]')).to_contain_text("after (edited)")


async def test_a_button_keeps_the_focus_when_its_card_is_drawn_anew(bot, visit):
    ts = await bot.post("Packaging", CARD)
    page = await visit()
    await page.get_by_role("button", name="Again").focus()
    changed = [section("*Now changed*"), *CARD[1:]]
    channel = bot.slack.channel("releases").id
    await bot.client.chat_update(channel=channel, ts=ts, text="Changed", blocks=changed)
    await expect(page.get_by_text("Now changed")).to_be_visible()
    await expect(page.get_by_role("button", name="Again")).to_be_focused()
    await expect(page.locator("#announcer")).to_have_text("sast-source: Changed")


async def test_hostile_names_and_texts_are_shown_and_never_run(bot, visit):
    attack = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    bot.slack.add_user("mallory", attack)
    mallory = bot.slack.user("mallory")
    bot.slack.channel("releases").members.add(mallory.id)
    escaped = attack.replace("<", "&lt;").replace(">", "&gt;")
    blocks = [section(escaped), section("<javascript:alert(1)|press me>"), section(attack)]
    blocks.append({"type": "header", "text": {"type": "plain_text", "text": attack[:150]}})
    await bot.post(attack, blocks)
    bot.slack.say("mallory", "releases", attack)
    page = await visit()
    await expect(page.locator(".author", has_text=attack)).to_be_visible()
    await expect(page.locator(".header")).to_have_text(attack[:150])
    assert await page.locator("#messages img[src=x], #messages script").count() == 0
    assert await page.locator('a[href^="javascript"]').count() == 0
    assert await page.evaluate("window.hacked") is None


async def test_nothing_is_asked_of_anybody_but_the_demo_itself(bot, visit, demo_page):
    asked = []
    page = await visit()
    page.on("request", lambda request: asked.append(request.url))
    await bot.post("Packaging", [section("<https://example.com/picture.png>"), *CARD])
    await page.reload()
    await expect(page.get_by_role("button", name="Again")).to_be_visible()
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith(demo_page.url)] == []


async def test_an_uploaded_file_can_be_had_until_it_is_deleted(bot, visit):
    client, channel = bot.client, bot.slack.channel("releases").id
    made = await client.files_getUploadURLExternal(filename="Café.zip", length=4)
    async with (
        aiohttp.ClientSession() as session,
        session.post(made["upload_url"], data=b"PK\5\6") as response,
    ):
        assert response.status == 200
    file = {"id": made["file_id"], "title": "Café.zip"}
    await client.files_completeUploadExternal(files=[file], channel_id=channel)
    page = await visit()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Café.zip").click()
    download = await downloading.value
    assert download.suggested_filename == "Café.zip"
    await client.files_delete(file=made["file_id"])
    await expect(page.get_by_text("This file was deleted.")).to_be_visible()


async def test_who_is_mentioned_elsewhere_sees_a_badge(bot, visit):
    page = await visit("#bruno/general")
    await bot.post(f"<@{bot.slack.user('bruno').id}>, your link")
    entry = page.get_by_role("link", name="releases")
    await expect(entry.locator(".badge")).to_have_text("1 for you")
    await entry.click()
    await expect(page.locator(".new-line")).to_be_visible()
    await expect(entry.locator(".badge")).to_have_count(0)


async def test_examples_are_offered_until_the_command_is_typed_and_then_enter_sends(bot, visit):
    page = await visit()
    await page.locator("#composer").fill("/")
    option = page.get_by_role("option").filter(has_text="A library")
    await option.click()
    await page.keyboard.press("Enter")
    await page.keyboard.type("/sast-source Employee Portal Testing")
    await expect(page.get_by_role("listbox", name="Commands")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer")).to_have_value("")
    await page.get_by_role("button", name="On ODC").click()
    async with page.expect_response("**/act/write"):
        await page.keyboard.press("Enter")
    assert bot.commands == [
        ("ada", "Currency Formatting --tag 1.2.0"),
        ("ada", "Employee Portal Testing"),
        ("ada", "Supplier Portal Testing"),
    ]


async def test_two_windows_are_two_people(visit):
    ada, bruno = await asyncio.gather(visit("#ada/releases"), visit("#bruno/releases"))
    await ada.locator("#composer").fill("Hello, Bruno & <all>")
    await ada.keyboard.press("Enter")
    await expect(bruno.get_by_text("Hello, Bruno & <all>", exact=True)).to_be_visible()
    await expect(bruno.get_by_role("radio", name="Bruno Dias")).to_be_checked()
