"""The client's TCP connection during a download: how much it may hold, and how it ends.

An HTTP client without a length (HTTP/1.0, which some proxies speak to their upstreams) takes an
orderly close for the end of the body. So while a body is not known to be whole, every way in which
its connection can end, even the death of the process, is made a reset (SO_LINGER with time 0).
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import sys
import termios
from contextlib import suppress

# The kernel doubles this for its own accounting and grows no further once it was set.
SEND_BUFFER_BYTES = 256 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CLOSE_IN_ORDER = struct.pack("ii", 0, 0)


class Connection:
    """One client's connection, from the first byte of a package to its last."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._socket: socket.socket | None = transport.get_extra_info("socket")

    def tighten(self) -> None:
        """Bound what is buffered, and let nothing but `settle` make an end look regular."""
        # 0: a write is over when the kernel has taken all of it.
        self._transport.set_write_buffer_limits(high=0)
        self._set(socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._set(socket.SO_LINGER, _RESET_ON_CLOSE)

    def settle(self) -> None:
        """Let the connection end in order: everything that was sent is whole."""
        self._set(socket.SO_LINGER, _CLOSE_IN_ORDER)

    def abort(self) -> None:
        """Reset the connection; what was not sent is dropped."""
        self._set(socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    def unsent_bytes(self) -> int:
        """Give how many bytes have not reached the client's machine yet."""
        return self._transport.get_write_buffer_size() + self._unsent_by_kernel()

    def _unsent_by_kernel(self) -> int:
        if self._socket is None or self._transport.is_closing():
            return 0
        answer = b"\0" * 4
        with suppress(OSError):  # only Linux answers this for a socket
            answer = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, answer)
        return int.from_bytes(answer, sys.byteorder)

    def _set(self, option: int, value: int | bytes) -> None:
        if self._socket is None or self._transport.is_closing():
            return
        with suppress(OSError):  # the client closed it in this moment
            self._socket.setsockopt(socket.SOL_SOCKET, option, value)
