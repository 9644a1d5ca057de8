"""Payments and payment links: opened by the merchant, paid by the shopper."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.adyen import outcomes
from connectors.sandbox.adyen.desk import Desk, Json, amount_of, text_of
from connectors.sandbox.adyen.errors import AdyenError, invalid
from connectors.sandbox.core.router import Router

routes = Router()


@routes.route("POST", "/v72/paymentMethods")
def methods(desk: Desk, body: Json, key: str) -> tuple[int, Json]:
    cards = {"brands": ["visa", "mc"], "name": "Cards", "type": "scheme"}
    return 200, {"paymentMethods": [cards, {"name": "iDEAL", "type": "ideal"}]}


@routes.route("POST", "/v72/payments")
def pay(desk: Desk, body: Json, key: str) -> tuple[int, Json]:
    asked = _asked(body)
    asked |= {"returnUrl": text_of(body, "returnUrl", "14_012"), "key": key}
    method = body.get("paymentMethod")
    if not isinstance(method, dict):
        raise invalid("14_004", "The payment method lacks its details")
    asked["method"] = str(method.get("type") or "")
    asked["manual"] = (body.get("additionalData") or {}).get("manualCapture") == "true"
    outcome = outcomes.outcome_of(method)
    return (200, settle(desk, asked, outcome)) if outcome else (200, _sent_away(desk, asked))


@routes.route("POST", "/v72/payments/details")
def details(desk: Desk, body: Json, key: str) -> tuple[int, Json]:
    """A bank's page has sent the shopper back; cards are charged only now."""
    token = (body.get("details") or {}).get("redirectResult")
    waiting = desk.elsewhere.get(token or "")
    if waiting is None or "outcome" not in waiting:
        raise invalid("14_006", "The details are not those of a shopper who has come back")
    if "result" not in waiting:
        waiting["result"] = settle(desk, waiting | {"key": key}, waiting["outcome"])
    return 200, waiting["result"]


@routes.route("POST", "/v72/paymentLinks")
def open_link(desk: Desk, body: Json, key: str) -> tuple[int, Json]:
    _asked(body)
    link_id = f"PL{secrets.token_hex(8).upper()}"
    expires = datetime.now(UTC) + timedelta(days=1)
    link = {
        **body,
        "id": link_id,
        "expiresAt": expires.isoformat(timespec="seconds"),
        "reusable": False,
        "status": "active",
        "url": f"{desk.url}/_/adyen/pay/{link_id}",
    }
    desk.links[link_id] = link
    return 201, link


@routes.route("GET", "/v72/paymentLinks/{link}")
def read_link(desk: Desk, body: Json, key: str, link: str) -> tuple[int, Json]:
    return 200, link_of(desk, link)


@routes.route("PATCH", "/v72/paymentLinks/{link}")
def expire_link(desk: Desk, body: Json, key: str, link: str) -> tuple[int, Json]:
    found = link_of(desk, link)
    if body.get("status") != "expired" or found["status"] != "active":
        raise invalid(
            "30_007", f"A payment link that is {found['status']} cannot become {body.get('status')}"
        )
    found["status"] = "expired"
    return 200, found


def link_of(desk: Desk, link: str) -> Json:
    if link not in desk.links:
        raise AdyenError(404, "30_002", "The payment link does not exist", "validation")
    return desk.links[link]


def pay_link(desk: Desk, link: str, holder: str) -> Json:
    """The shopper pays on Adyen's page; after a refusal the link stays open."""
    found = link_of(desk, link)
    if found["status"] != "active":
        raise invalid("30_007", f"The payment link is {found['status']}")
    asked = {**_asked(found), "key": "", "method": "visa", "manual": found.get("manualCapture") is True}
    result = settle(desk, asked, outcomes.by_holder(holder), additionalData={"paymentLinkId": link})
    if result["resultCode"] == "Authorised":
        found["status"] = "completed"
    return result


def settle(desk: Desk, asked: Json, outcome: Json, **told: Any) -> Json:
    """The end of an attempt: reserved or refused, and told by webhook."""
    psp, done = desk.new_psp(), outcome["resultCode"] == "Authorised"
    value = asked["amount"]["value"]
    payment = {
        **{name: asked[name] for name in ("merchantAccount", "reference", "amount", "method")},
        "pspReference": psp,
        "authorised": value if done else 0,
        "captured": 0,
        "refunded": 0,
        "released": 0,
    }
    desk.payments[psp] = payment
    if done:
        desk.record("authorize", payment, value, key=asked["key"])
        if not asked["manual"]:
            payment["captured"] = value
            desk.record("capture", payment, value, key=asked["key"])
    reason = outcome.get("refusalReason", "")
    desk.tell("AUTHORISATION", payment, psp, value, success=done, original=False, reason=reason, **told)
    return {
        "pspReference": psp,
        "merchantReference": asked["reference"],
        "amount": asked["amount"],
        **outcome,
    }


def _asked(body: Json) -> Json:
    account, reference = text_of(body, "merchantAccount", "901"), text_of(body, "reference", "130")
    return {"merchantAccount": account, "reference": reference, "amount": amount_of(body)}


def _sent_away(desk: Desk, asked: Json) -> Json:
    """The shopper has to visit the bank first, so there is no payment yet."""
    token = secrets.token_hex(12)
    desk.elsewhere[token] = asked
    url = f"{desk.url}/_/adyen/bank/{token}"
    action = {"type": "redirect", "method": "GET", "url": url, "paymentMethodType": asked["method"]}
    return {"resultCode": "RedirectShopper", "action": action}
