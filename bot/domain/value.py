"""The base of everything that is only a value."""

from __future__ import annotations

from typing import NewType

from pydantic import BaseModel, ConfigDict

RetrievalId = NewType("RetrievalId", str)
PackagingId = NewType("PackagingId", str)
LinkId = NewType("LinkId", str)
PlatformName = NewType("PlatformName", str)
EnvironmentKey = NewType("EnvironmentKey", str)
ApplicationKey = NewType("ApplicationKey", str)
BuildKey = NewType("BuildKey", str)
PackageKey = NewType("PackageKey", str)
TargetKey = NewType("TargetKey", str)
SlackUserId = NewType("SlackUserId", str)
ChannelId = NewType("ChannelId", str)
MessageTs = NewType("MessageTs", str)


class Value(BaseModel):
    """Frozen, compared by content, and closed to fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")
