"""Files: the upload in three steps, and what can be done with a file afterwards."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, web

from bot.sandbox.slack.arguments import Arguments, read_token
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.blocks import read_blocks
from bot.sandbox.slack.chat import check_thread
from bot.sandbox.slack.json_views import file_json
from bot.sandbox.slack.records import BOT_USER_ID, Change, Channel, Draft, JsonObject, SlackFile
from bot.sandbox.slack.refusals import RefusedError
from bot.sandbox.slack.visibility import writable_channel

IN_MEMORY = 1 << 20
CHUNK = 1 << 16


def get_upload_url(backend: Backend, arguments: Arguments) -> JsonObject:
    """Give an upload URL for a file of a known length in bytes."""
    name = arguments.needed("filename")
    length = arguments.number("length", 0)
    if length <= 0:
        raise RefusedError("invalid_arguments")
    created = int(backend.clock.now().timestamp())
    token = secrets.token_urlsafe(24)
    file = SlackFile(backend.world.new_id("F"), name, length, token, created)
    backend.world.files[file.id] = file
    return {"upload_url": f"{backend.base_url}/upload/v1/{token}", "file_id": file.id}


async def receive(backend: Backend, request: web.Request) -> web.Response:
    """Take the bytes, as raw body or multipart; a length other than announced is refused."""
    token = request.match_info["token"]
    found = [file for file in backend.world.files.values() if file.upload_token == token]
    if not found or found[0].uploaded:
        return web.Response(status=404, text="error - unknown or used upload URL")
    file = found[0]
    content = tempfile.SpooledTemporaryFile[bytes](max_size=IN_MEMORY)
    received = 0
    async for chunk in _body(request):
        received += len(chunk)
        content.write(chunk)
    if received != file.size:
        content.close()
        return web.Response(status=400, text=f"error - {received} bytes, {file.size} announced")
    file.content, file.uploaded = content, True
    return web.Response(text=f"OK - {received}")


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    if not request.content_type.startswith("multipart/"):
        async for chunk in request.content.iter_chunked(CHUNK):
            yield chunk
        return
    part = await (await request.multipart()).next()
    while isinstance(part, BodyPartReader) and (chunk := await part.read_chunk(CHUNK)):
        yield chunk


async def send(backend: Backend, request: web.Request) -> web.StreamResponse:
    """Give the bytes of a file to whoever has the bot's token."""
    file = backend.world.files.get(request.match_info["file"])
    if read_token(request, Arguments()) != backend.bot_token:
        return web.Response(status=403, text="a token with files:read is needed")
    if file is None or file.content is None or not file.completed:
        return web.Response(status=404, text="no such file")
    response = web.StreamResponse(headers={"Content-Length": str(file.size)})
    await response.prepare(request)
    for start in range(0, file.size, CHUNK):
        file.content.seek(start)
        await response.write(file.content.read(CHUNK))
    return response


def complete_upload(backend: Backend, arguments: Arguments) -> JsonObject:
    """Finish uploads, and share the files in a channel or thread when one is named."""
    files = _finished(backend, arguments)
    if ref := arguments.string("channel_id") or arguments.string("channels"):
        channel = writable_channel(backend, ref)
        if not channel.bot_member:  # chat:write.public is for messages alone
            raise RefusedError("not_in_channel")
        draft = _comment(arguments)
        check_thread(backend, channel, draft.thread_ts)
        _share(backend, channel, draft, files)
    for file in files:
        file.completed = True
    return {"files": [{"id": file.id, "title": file.title or file.name} for file in files]}


def _finished(backend: Backend, arguments: Arguments) -> list[SlackFile]:
    wanted = arguments.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise RefusedError("invalid_arguments")
    files = []
    for item in wanted:
        file = backend.world.files.get(str(item.get("id"))) if isinstance(item, dict) else None
        if file is None or not file.uploaded or file.completed or file.deleted:
            raise RefusedError("file_not_found")
        file.title = str(item.get("title") or file.name)
        files.append(file)
    return files


def _comment(arguments: Arguments) -> Draft:
    # Slack ignores the blocks when there is an initial comment.
    text = arguments.string("initial_comment")
    value = None if text else arguments.structure("blocks", "invalid_blocks_format")
    blocks = read_blocks(value) if value else []
    return Draft(text=text, blocks=blocks, thread_ts=arguments.string("thread_ts") or None)


def _share(backend: Backend, channel: Channel, draft: Draft, files: list[SlackFile]) -> None:
    message = backend.world.post(channel, BOT_USER_ID, draft, files)
    for file in files:
        share = {"ts": message.ts, "thread_ts": message.thread_ts}
        file.shares.setdefault(channel.id, []).append(share)
        if channel.kind == "public":
            file.public_in.add(channel.id)
    backend.changes.publish(Change("file_shared", channel.id, message))


def _existing(backend: Backend, arguments: Arguments) -> SlackFile:
    file = backend.world.files.get(arguments.needed("file"))
    if file is None or not file.completed:
        raise RefusedError("file_not_found")
    if file.deleted:
        raise RefusedError("file_deleted")
    return file


def info(backend: Backend, arguments: Arguments) -> JsonObject:
    """Describe a file, with where it is shared."""
    file = _existing(backend, arguments)
    written = file_json(file)
    written["url_private"] = f"{backend.base_url}/files-pri/{file.id}/{file.name}"
    return {"file": written}


def delete(backend: Backend, arguments: Arguments) -> JsonObject:
    """Delete a file; the message that shared it stays, with a tombstone."""
    file = _existing(backend, arguments)
    file.deleted = True
    if file.content is not None:
        file.content.close()
        file.content = None
    backend.changes.publish(Change("file_deleted"))
    return {}
