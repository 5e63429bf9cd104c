"""How a browser is told that a body is a file, and what the file is called."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

# RFC 5987 attr-char without the letters and digits that quote() never touches.
_ATTRIBUTE_SAFE = "!#$&+-.^_`|~"


def content_disposition(file_name: str) -> str:
    """Name the file in plain ASCII and, for all but the oldest clients, in full (RFC 6266)."""
    folded = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode("ascii")
    plain = "".join(c for c in folded if c.isprintable() and c not in '"\\%')
    if plain.startswith(".") or not plain:
        plain = f"package{plain}"
    encoded = quote(file_name.encode("utf-8", "replace"), safe=_ATTRIBUTE_SAFE)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
