"""How text from people and names from platforms are made comparable, and shown.

Both sides of a comparison go through the same function, so a curly apostrophe, an accent, a
non-breaking space or an invisible character never decides whether a name is found.
Nothing here escapes anything: that is for whoever draws the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ECHO_LIMIT = 80  # characters of foreign text in a sentence

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4"
_STRAIGHT = str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))
# Letters that Unicode does not take apart into a base and an accent; dashes; quotation marks.
_LOOSE = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
    }
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys("'`\"\u201c\u201d\u201e\u00ab\u00bb", "")
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})  # control, format (zero-width), lone surrogates
_MARKS = frozenset({"Mn", "Me"})
_MANY_DASHES = re.compile("-{2,}")


@lru_cache(maxsize=32_768)
def tidy(text: str) -> str:
    """Write `text` in one way: NFKC, straight apostrophes, single spaces, nothing invisible."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    spaced = " ".join(text.translate(_STRAIGHT).split())
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    return " ".join(unicodedata.normalize("NFKC", visible).translate(_STRAIGHT).split())


@lru_cache(maxsize=32_768)
def fold(text: str) -> str:
    """Tidy `text` and drop what people leave out: case, accents, quotes, kinds of dash."""
    loose = tidy(text).casefold()
    if not loose.isascii():
        loose = unicodedata.normalize("NFKD", loose)
        loose = "".join(c for c in loose if unicodedata.category(c) not in _MARKS).casefold()
        loose = unicodedata.normalize("NFC", loose)
    return " ".join(_MANY_DASHES.sub("-", loose.translate(_LOOSE)).split())


def shown(text: str, limit: int = ECHO_LIMIT) -> str:
    """Cut `text` to `limit` characters, keeping both ends, since ends tell names apart."""
    clean = tidy(text)
    if len(clean) <= limit:
        return clean
    tail = limit // 3
    return f"{clean[: limit - tail - 1]}…{clean[-tail:]}"
