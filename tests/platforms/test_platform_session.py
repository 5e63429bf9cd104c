"""The session resolves names without the thread pool, and trusts nobody it should not."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess

import pytest
from aiohttp.resolver import AsyncResolver, DefaultResolver

from bot.errors import PlatformUnreachable


def test_names_are_resolved_by_aiodns():
    assert DefaultResolver is AsyncResolver


async def test_a_host_that_does_not_exist_is_said_not_to(bench, target):
    platform = bench.gateway("http://no-such-host.invalid", attempts=1)
    with pytest.raises(PlatformUnreachable, match=r"no-such-host\.invalid is a name that cannot"):
        await platform.start_packaging(target)


async def test_no_cookie_is_kept(bench, wire, target):
    body = b'{"PackageKey": "k"}'
    head = f"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: {len(body)}\r\n\r\n"
    wire.answers = [head.encode() + body]
    platform = bench.gateway(wire.url)
    await platform.start_packaging(target)
    await platform.start_packaging(target)
    assert not any(b"cookie" in request.lower() for request in wire.requests)


@pytest.fixture
def self_signed(tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with openssl, which is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    request += ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(request, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_said_to_be_one_and_not_tried_again(
    bench, target, self_signed
):
    async def never(_, writer):
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=self_signed)
    async with server:
        port = server.sockets[0].getsockname()[1]
        platform = bench.gateway(f"https://127.0.0.1:{port}")
        with pytest.raises(PlatformUnreachable, match="certificate that is not trusted") as caught:
            await platform.start_packaging(target)
    assert not caught.value.is_transient
    assert bench.clock.waits == []
