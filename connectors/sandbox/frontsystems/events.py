"""Webhooks, which nobody signs."""

from __future__ import annotations

import json

from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.frontsystems.tenant import Json, Tenant


class Events(Sender):
    def emit(self, tenant: Tenant, event: str, about: Json) -> None:
        """Each callback of that event gets it as often as it asks for."""
        body = json.dumps(about).encode()
        for callback in tenant.callbacks:
            if callback.get("event", event) != event:
                continue
            post = Post(
                url=callback["url"],
                make=lambda at: (body, {"Content-Type": "application/json"}),
                noted={"event": event, "sale": about.get("saleId")},
            )
            for _ in range(callback.get("times", 1)):
                self.send(post)
