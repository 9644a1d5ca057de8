"""Webhooks: pointers, sent with the headers of the transport, and again after anything but a success or a 4xx."""

from __future__ import annotations

import json

from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.flow.tenant import Json, Tenant


class Hooks(Sender):
    def emit(self, tenant: Tenant, action: str, **about: Json) -> None:
        told = {"action": action, "tenant": {"Id": 7, "Uid": tenant.uid}, **about}
        body = json.dumps({**told, "tenantUser": {"Id": 7, "Uid": "us-9"}}).encode()
        for transport in tenant.transports:
            if action not in transport.get("actions", [action]):
                continue
            own = {item["key"]: item["value"] for item in transport.get("headers", ())}
            headers = {"Content-Type": "application/json", **own}
            post = Post(
                url=transport["url"],
                make=lambda at, headers=headers: (body, headers),  # type: ignore[misc]
                noted={"action": action},
            )
            for _ in range(transport.get("times", 1)):
                self.send(post)


def pointer(uid: str) -> Json:
    return {"Id": int(uid.rpartition("-")[2]), "Uid": uid}
