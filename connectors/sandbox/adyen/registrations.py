"""The Management API, as far as webhooks go. The webhook whose HMAC key was made last is the one that is told."""

from __future__ import annotations

import secrets

from connectors.sandbox.adyen.desk import Desk, Json
from connectors.sandbox.adyen.errors import AdyenError, invalid
from connectors.sandbox.core.router import Router

routes = Router()

_NEEDED = ("type", "url", "active", "communicationFormat")


@routes.route("GET", "/v3/merchants/{merchant}/webhooks")
def listed(desk: Desk, body: Json, key: str, merchant: str) -> tuple[int, Json]:
    found = [item for item in desk.webhooks.values() if item["accountReference"] == merchant]
    return 200, {"itemsTotal": len(found), "pagesTotal": 1, "accountReference": merchant, "data": found}


@routes.route("POST", "/v3/merchants/{merchant}/webhooks")
def create(desk: Desk, body: Json, key: str, merchant: str) -> tuple[int, Json]:
    missing = [name for name in _NEEDED if name not in body]
    if missing:
        raise invalid("31_004", f"{', '.join(missing)} is missing")
    if body["communicationFormat"] not in {"json", "http", "soap"}:
        raise invalid("31_004", "communicationFormat is not known")
    made = {**body, "id": f"S2-{secrets.token_hex(6).upper()}", "accountReference": merchant}
    desk.webhooks[made["id"]] = made
    return 200, made


@routes.route("POST", "/v3/merchants/{merchant}/webhooks/{webhook}/generateHmac")
def generate(desk: Desk, body: Json, key: str, merchant: str, webhook: str) -> tuple[int, Json]:
    """The only answer that carries the key."""
    made = _one(desk, webhook)
    desk.teller.configure({"url": made["url"], "hmac_key": secrets.token_hex(32).upper()})
    return 200, {"hmacKey": desk.teller.hmac_key}


@routes.route("DELETE", "/v3/merchants/{merchant}/webhooks/{webhook}")
def remove(desk: Desk, body: Json, key: str, merchant: str, webhook: str) -> tuple[int, Json]:
    _one(desk, webhook)
    del desk.webhooks[webhook]
    return 200, {}


def _one(desk: Desk, webhook: str) -> Json:
    if webhook not in desk.webhooks:
        raise AdyenError(404, "31_001", "There is no such webhook", "validation")
    return desk.webhooks[webhook]
