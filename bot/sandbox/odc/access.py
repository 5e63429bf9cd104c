"""Who may call: the API client, and the tokens it was given."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4


class Access:
    """One API client and its tokens."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.is_suspended = False
        self.tokens: dict[str, datetime] = {}
        """Every token given and not expired at once, with its end."""

    def knows(self, client_id: str, client_secret: str) -> bool:
        """Tell whether a token may be given to this client."""
        known = (self.client_id, self.client_secret)
        return not self.is_suspended and (client_id, client_secret) == known

    def give(self, now: datetime, seconds: float) -> str:
        """Give a token that lives so many seconds."""
        token = f"sandbox-odc-{uuid4().hex}"
        self.tokens[token] = now + timedelta(seconds=seconds)
        return token

    def is_good(self, authorization: str, now: datetime) -> bool:
        """Tell whether an Authorization header opens the API."""
        kind, _, token = authorization.partition(" ")
        ends = self.tokens.get(token)
        return kind == "Bearer" and ends is not None and now < ends

    def expire_tokens(self) -> None:
        """Let every token given so far be dead."""
        self.tokens.clear()
