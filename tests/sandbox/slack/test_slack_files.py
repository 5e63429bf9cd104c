from __future__ import annotations

from io import BytesIO

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

CONTENT = bytes(range(256)) * 8192
LENGTH = len(CONTENT)


async def upload_url(client, length=LENGTH):
    return await client.files_getUploadURLExternal(filename="shop.zip", length=length)


async def send(url, data):
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as response:
        return response.status, await response.text()


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def uploaded(client):
    answer = await upload_url(client)
    assert (await send(answer["upload_url"], BytesIO(CONTENT)))[0] == 200
    return answer["file_id"]


async def test_a_file_is_shared_in_a_thread_with_a_comment(slack, client):
    channel = slack.channel("releases").id
    root = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    file = await uploaded(client)
    await client.files_completeUploadExternal(
        files=[{"id": file, "title": "Shop"}],
        channel_id=channel,
        thread_ts=root,
        initial_comment="Here it is",
    )
    reply = slack.replies("releases", root)[0]
    assert (reply.text, reply.files[0].title) == ("Here it is", "Shop")
    assert slack.file_bytes(file) == CONTENT
    described = (await client.files_info(file=file))["file"]
    assert described["shares"]["public"][channel][0]["thread_ts"] == root
    assert described["shares"]["private"] == {}
    assert described["size"] == len(CONTENT)
    assert [f["id"] for f in slack.state_for("ada")["files"]] == [file]


async def test_the_sdk_uploads_in_one_go(slack, client):
    channel = slack.channel("releases").id
    await client.files_upload_v2(channel=channel, content="hello", filename="a.txt")
    file = slack.messages("releases")[0].files[0]
    assert slack.file_bytes(file.id) == b"hello"


async def test_a_multipart_upload_is_taken(slack, client):
    answer = await upload_url(client)
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(CONTENT), filename="shop.zip")
    assert (await send(answer["upload_url"], form))[0] == 200
    assert slack.file_bytes(answer["file_id"]) == CONTENT


async def test_a_wrong_length_leaves_nothing_to_complete(client):
    answer = await upload_url(client, length=10)
    assert (await send(answer["upload_url"], b"short"))[0] == 400
    complete = client.files_completeUploadExternal(files=[{"id": answer["file_id"]}])
    assert await refused(complete) == "file_not_found"


async def test_an_upload_url_works_once_and_a_file_completes_once(client):
    answer = await upload_url(client)
    await send(answer["upload_url"], BytesIO(CONTENT))
    assert (await send(answer["upload_url"], BytesIO(CONTENT)))[0] == 404
    files = [{"id": answer["file_id"]}]
    await client.files_completeUploadExternal(files=files)
    assert await refused(client.files_completeUploadExternal(files=files)) == "file_not_found"


async def test_a_length_is_needed(client):
    assert await refused(upload_url(client, length=0)) == "invalid_arguments"


async def test_a_file_cannot_be_shared_where_the_bot_is_not(slack, client):
    file = await uploaded(client)
    share = client.files_completeUploadExternal(
        files=[{"id": file}], channel_id=slack.channel("general").id
    )
    assert await refused(share) == "not_in_channel"


async def test_a_deleted_file_is_gone_and_leaves_a_tombstone(slack, client):
    file = await uploaded(client)
    channel = slack.channel("releases").id
    await client.files_completeUploadExternal(files=[{"id": file}], channel_id=channel)
    await client.files_delete(file=file)
    with pytest.raises(KeyError):
        slack.file_bytes(file)
    assert await refused(client.files_info(file=file)) == "file_deleted"
    shown = (await client.conversations_history(channel=channel))["messages"][0]
    assert shown["files"] == [{"id": file, "mode": "tombstone"}]


async def test_the_private_address_wants_the_token(slack, client):
    file = await uploaded(client)
    await client.files_completeUploadExternal(files=[{"id": file}])
    url = (await client.files_info(file=file))["file"]["url_private"]
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            assert response.status == 403
        async with session.get(url, headers=headers) as response:
            assert await response.read() == CONTENT
