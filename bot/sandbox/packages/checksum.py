"""Join CRC-32 checksums of neighbouring bytes without reading the bytes again.

The arithmetic is that of zlib's `crc32_combine`, which Python's `zlib` does not offer: a checksum
is a polynomial over GF(2), and appending n bytes multiplies it by x to the power 8n.
"""

from __future__ import annotations

from functools import lru_cache

_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31
_X_TO_8 = 1 << 23


def joined(first: int, second: int, second_length: int) -> int:
    """Give the checksum of two runs of bytes from theirs and the length of the second."""
    return _product(_shift(second_length), first) ^ second


@lru_cache(maxsize=1024)
def _shift(length: int) -> int:
    """Give x to the power 8 * length."""
    result, power = _ONE, _X_TO_8
    while length:
        if length & 1:
            result = _product(power, result)
        power = _product(power, power)
        length >>= 1
    return result


def _product(left: int, right: int) -> int:
    result = 0
    for bit in range(31, -1, -1):
        if left >> bit & 1:
            result ^= right
        right = right >> 1 ^ (_POLYNOMIAL if right & 1 else 0)
    return result
