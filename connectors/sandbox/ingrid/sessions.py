"""Sessions: what was asked, what the shopper selected, and what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from connectors.sandbox.ingrid.offers import OFFERS, Offer, group
from connectors.sandbox.ingrid.refusals import Refused, wrong

Json = dict[str, Any]

_FALLBACKS = {
    "USER_CHOICE": "FALLBACK_FROM_USER_CHOICE",
    "PRESELECTED_CHOICE": "FALLBACK_FROM_PRESELECTED_CHOICE",
}


@dataclass(slots=True)
class Session:
    """`account` is the key that made it; `order` is the transport's id, `told` whether a caller may know it already."""

    account: str
    asked: Json
    id: str = field(default_factory=lambda: f"SBX-{uuid4().hex}")
    selected: Offer = OFFERS[0]
    selection: str = "PRESELECTED_CHOICE"
    external_id: str = ""
    order: str = ""
    told: bool = False

    @property
    def is_complete(self) -> bool:
        return bool(self.order)

    def choose(self, offer: Offer) -> None:
        if self.is_complete:
            raise Refused(412, "failed_precondition", "session is complete")
        self.selected, self.selection = offer, "USER_CHOICE"

    def update(self, asked: Json) -> None:
        if self.is_complete:
            raise Refused(412, "failed_precondition", "session is complete")
        self.asked = {**self.asked, **asked}

    def complete(self, external_id: str, *, covers_home: bool) -> None:
        """Where the chosen carrier does not come to the door, the first offer takes its place."""
        if self.is_complete:
            raise Refused(412, "failed_precondition", "session is complete already")
        if self.selected.kind == "delivery" and not covers_home:
            self.selected, self.selection = OFFERS[0], _FALLBACKS[self.selection]
        self.external_id, self.order = external_id, f"TOS{secrets.token_hex(8).upper()}"

    def shown(self) -> Json:
        told = group(self.selected, self.asked, self.selection)
        if self.is_complete:
            told["tos_id"] = self.order if self.told else ""
        return {
            "checkout_session_id": self.id,
            "status": "COMPLETE" if self.is_complete else "ACTIVE",
            "updated_at": datetime.now(UTC).isoformat(),
            "purchase_country": self.asked["purchase_country"],
            "cart": self.asked["cart"],
            "delivery_groups": [told],
        }


class Sessions:
    """All sessions, oldest first."""

    def __init__(self) -> None:
        self._all: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(self._all.values())

    def add(self, asked: Json, account: str) -> Session:
        session = Session(account, asked)
        self._all[session.id] = session
        return session

    def of(self, session_id: Any, account: str = "") -> Session:
        """Raises Refused for one that does not exist, or belongs to another key."""
        if not session_id:
            raise wrong("checkout_session_id: value is required")
        session = self._all.get(str(session_id))
        if session is None or account not in {"", session.account}:
            raise Refused(404, "not_found", "session does not exist")
        return session

    def forget(self, session_id: str) -> None:
        self._all.pop(session_id, None)
