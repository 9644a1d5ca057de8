"""Calls to whoever wants to know at once: an array of events, let in by HTTP Basic."""

from __future__ import annotations

import base64
import json
from uuid import uuid4

from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.sitoo.account import Account, Json, now


class Events(Sender):
    def emit(self, account: Account, order: Json, what: str) -> None:
        """Each callback gets it as often as it asks for, under one id."""
        event = {
            "event_id": uuid4().hex,
            "event_type": "order",
            "event_date": now(),
            "account_id": int(account.number),
            "data": {"eshop_id": order["eshopid"], "order_id": order["orderid"], "order_event_type": what},
        }
        body = json.dumps([event]).encode()
        for callback in account.callbacks:
            login = base64.b64encode(f"sitoo:{callback['password']}".encode()).decode()
            headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}
            post = Post(
                url=callback["url"],
                make=lambda at, headers=headers: (body, headers),  # type: ignore[misc]
                noted={"id": event["event_id"], "what": what, "order": order["orderid"]},
            )
            for _ in range(callback.get("times", 1)):
                self.send(post)
