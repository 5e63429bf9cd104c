"""Pre-signed URLs of packages, as the storage host gives and checks them.

Which storage ODC uses, and how its URLs tell their end, is not published: S3's form is a guess
from the pre-signed URLs of its sibling APIs, and the other forms stand for the other storages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from bot.sandbox.odc.faults import Bites
from bot.sandbox.odc.knobs import Knobs, LinkStyle
from bot.sandbox.odc.packagings import Packaging

SIGNATURE_OF: dict[LinkStyle, str] = {
    "aws": "X-Amz-Signature",
    "azure": "sig",
    "expires": "Signature",
    "none": "signature",
}


@dataclass(frozen=True)
class Link:
    """One URL: `expires` is what it says, where it says so; `ends` is when it stops working."""

    url: str
    query: Mapping[str, str]
    packaging: Packaging
    expires: datetime
    ends: datetime


class Links:
    """Every link that one sandbox has given out, by signature."""

    def __init__(self) -> None:
        self.all: dict[str, Link] = {}

    def sign(
        self, packaging: Packaging, origin: str, now: datetime, knobs: Knobs, bites: Bites
    ) -> Link:
        """Make a new link to a finished package on the storage host `origin`."""
        signed = now.replace(microsecond=0)
        short = bites.get("short_link")
        lives = short.seconds if short else knobs.link_seconds
        expires = signed + timedelta(seconds=lives)
        signature = uuid4().hex * 2
        # One that had ended before it was given was signed the usual time before its end.
        length = lives if lives > 0 else knobs.link_seconds
        query = _query(knobs.link_style, expires, length, signature)
        url = f"{origin}{_path(packaging)}?{urlencode(query)}"
        ends = now if "dead_link" in bites else expires
        self.all[signature] = Link(url, query, packaging, expires, ends)
        return self.all[signature]

    def named_by(self, query: Mapping[str, str]) -> Link | None:
        """Give the link whose signature a request carries, whatever else it carries."""
        for name in SIGNATURE_OF.values():
            if name in query:
                return self.all.get(query[name])
        return None


def is_as_signed(link: Link, path: str, query: Mapping[str, str]) -> bool:
    """Tell whether a request is, but for its signature's truth, what was signed."""
    return dict(query) == dict(link.query) and path == urlsplit(link.url).path


def _path(packaging: Packaging) -> str:
    return f"/sandbox-odc-generated-code/{packaging.build.key}/generated-code.zip"


def _query(style: LinkStyle, expires: datetime, length: float, signature: str) -> dict[str, str]:
    named = {SIGNATURE_OF[style]: signature}
    match style:
        case "aws":
            signed = expires - timedelta(seconds=length)
            day = signed.strftime("%Y%m%d")
            return {
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Credential": f"ASIASANDBOX/{day}/eu-central-1/s3/aws4_request",
                "X-Amz-Date": signed.strftime("%Y%m%dT%H%M%SZ"),
                "X-Amz-Expires": str(int(length)),
                "X-Amz-SignedHeaders": "host",
                **named,
            }
        case "azure":
            ends = expires.strftime("%Y-%m-%dT%H:%M:%SZ")
            return {"sv": "2024-11-04", "se": ends, "sr": "b", "sp": "r", **named}
        case "expires":
            epoch = str(int(expires.timestamp()))
            return {"Expires": epoch, **named, "Key-Pair-Id": "KSANDBOX"}
        case "none":
            return named
