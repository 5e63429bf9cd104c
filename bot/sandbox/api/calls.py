"""The journal of every call that reached a pretend platform, and counters that tests read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

AuthorizationKind = Literal["bearer", "bare", "none"]


@dataclass
class PlatformCall:
    """One call: what was asked, and what became of it."""

    method: str
    path: str
    name: str
    at: datetime
    environment: str = ""
    application: str = ""
    authorization: AuthorizationKind = "none"
    status: int | None = None
    """HTTP status that was answered; None while it is open or where the connection was dropped."""
    acted: bool = False
    """Whether the sandbox did what was asked."""
    dropped: bool = False
    """Whether the connection was dropped on purpose, before or after acting."""
    client_left: bool = False
    """Whether the client was already gone when the answer was ready."""

    @property
    def answer_lost(self) -> bool:
        """Whether the sandbox acted and the client never heard of it."""
        return self.acted and (self.dropped or self.client_left)


CallT = TypeVar("CallT", bound=PlatformCall)


class PlatformCalls(list[CallT]):
    """All calls in order of arrival, with the counters and peaks that cannot be read off later."""

    def __init__(self) -> None:
        super().__init__()
        self.open_now = 0
        self.open_peak = 0
        self.downloads_now = 0
        self.downloads_peak = 0
        self.packagings_peak = 0

    def _called(self, name: str) -> list[CallT]:
        return [call for call in self if call.name == name]

    @property
    def packaging_posts(self) -> int:
        """Packaging POSTs that arrived, refused ones included."""
        return len(self._called("start"))

    @property
    def packagings_started(self) -> int:
        """Packaging POSTs that started a packaging."""
        return sum(call.acted for call in self._called("start"))

    @property
    def packaging_answers_lost(self) -> int:
        """Packaging POSTs that started a packaging and whose answer was lost."""
        return sum(call.answer_lost for call in self._called("start"))

    def arrive(self, call: CallT) -> None:
        """Enter a call that has just arrived."""
        self.append(call)
        self.open_now += 1
        self.open_peak = max(self.open_peak, self.open_now)
        if call.name == "download":
            self.downloads_now += 1
            self.downloads_peak = max(self.downloads_peak, self.downloads_now)

    def leave(self, call: CallT) -> None:
        """Note that a call has ended."""
        self.open_now -= 1
        if call.name == "download":
            self.downloads_now -= 1
