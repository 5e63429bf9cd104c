"""The link that ODC gives to a finished package, which lets in whoever holds it."""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr

from bot.domain.packaging import PlatformLink
from bot.platforms.link_expiry import by_our_clock
from bot.platforms.odc_address import Portal
from bot.platforms.odc_api import Seen
from bot.platforms.presigned import presigned_expiry


def link_in(seen: Seen, portal: Portal, now: datetime) -> PlatformLink | None:
    """Read the link, and when it says that it ends; None where there is none that can be used."""
    url = portal.outside(seen.packaging.uri)
    if url is None:
        return None
    expires_at = by_our_clock(presigned_expiry(url), seen.headers, now)
    return PlatformLink(url=SecretStr(str(url)), expires_at=expires_at, is_presigned=True)
