"""A client on a bare socket, so that a test sees exactly what went over the wire."""

from __future__ import annotations

import asyncio
import socket


class RawClient:
    """A socket: what the kernel has received can be read even after a reset."""

    def __init__(self, receive_buffer=0):
        self._socket = socket.socket()
        self._socket.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._loop = asyncio.get_running_loop()

    async def connect(self, host, port):
        await self._loop.sock_connect(self._socket, (host, port))

    async def send(self, data):
        await self._loop.sock_sendall(self._socket, data)

    async def read(self, size=2**20):
        return await self._loop.sock_recv(self._socket, size)

    async def read_past(self, mark):
        """Read up to and with `mark`, byte by byte."""
        received = bytearray()
        while not received.endswith(mark):
            if not (byte := await self.read(1)):
                break
            received += byte
        return bytes(received)

    async def read_exactly(self, size):
        received = bytearray()
        while len(received) < size:
            received += await self.read(size - len(received))
        return bytes(received)

    async def read_all(self):
        """Read to the end; gives what came, and whether the connection was reset."""
        received = bytearray()
        try:
            while piece := await self.read():
                received += piece
        except ConnectionResetError:
            return bytes(received), True
        return bytes(received), False

    def close(self):
        self._socket.close()
