"""Connections that fail: what aiohttp calls them, and what people should read.

Their own texts are not used where they can hold a URL.
"""

from __future__ import annotations

import ssl
from typing import Final

import aiohttp

from bot.errors import PlatformError, PlatformUnreachable
from bot.platforms.call import Call

# ValueError: aiohttp's for a malformed header or URL, some of which are no ClientError.
CONNECTION_FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError, ValueError)

_WORDS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (
        aiohttp.ClientConnectorCertificateError,
        "shows a certificate that is not trusted ({reason})",
    ),
    (aiohttp.ClientConnectorSSLError, "does not speak TLS there, or no version that we accept"),
    (aiohttp.ClientConnectorDNSError, "is a name that cannot be found"),
    (aiohttp.ConnectionTimeoutError, "did not accept a connection within {seconds} s"),
    (TimeoutError, "did not answer within {seconds} s"),
    (aiohttp.ClientConnectorError, "does not accept connections ({reason})"),
    (aiohttp.ClientPayloadError, "broke off its answer"),
    (aiohttp.ServerDisconnectedError, "closed the connection without an answer"),
    (OSError, "dropped the connection ({reason})"),
)
_NO_HTTP: Final = "answered with something that is not HTTP ({reason})"


class NothingSent(PlatformUnreachable):
    """The platform cannot be reached, and the request certainly did not get there."""

    has_done_nothing = True


class Untrusted(NothingSent):
    """The platform's certificate is not trusted."""

    is_transient = False


def unreachable(
    call: Call, error: BaseException, platform: str, host: str, timeout: float
) -> PlatformError:
    """Give the error for a connection that failed with one of CONNECTION_FAILURES."""
    kind = _kind(error)
    text = f"{platform} could not {call.purpose}: {host} {_what(error, timeout)}."
    return kind(text, platform=platform)


def _kind(error: BaseException) -> type[PlatformUnreachable]:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.CertificateError):
        return Untrusted
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NothingSent
    return PlatformUnreachable


def _what(error: BaseException, timeout: float) -> str:
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), _NO_HTTP)
    return words.format(reason=_reason(error), seconds=f"{timeout:g}")


def _reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause: BaseException = error.certificate_error
    elif isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
    else:
        cause = error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    return (cause.strerror if isinstance(cause, OSError) else None) or type(cause).__name__
