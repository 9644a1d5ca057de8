"""What shoppers, Klarna's fraud check and time do: the control API under /_/klarna/."""

from __future__ import annotations

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.klarna import orders
from connectors.sandbox.klarna.errors import KlarnaError
from connectors.sandbox.klarna.merchant import Call, Json, stamp
from connectors.sandbox.klarna.sessions import FINAL, change, shown_page

routes = Router()

#: What a shopper can do on a page: its status then, where the browser goes, the fraud check of the order.
_OUTCOMES = {
    "pay": ("COMPLETED", "success", "ACCEPTED"),
    "pending": ("COMPLETED", "success", "PENDING"),
    "rejected": ("COMPLETED", "success", "REJECTED"),
    "decline": ("FAILED", "failure", ""),
    "error": ("ERROR", "error", ""),
    "back": ("BACK", "back", ""),
    "cancel": ("CANCELLED", "cancel", ""),
}
_REVIEWS = {"accept": "FRAUD_RISK_ACCEPTED", "reject": "FRAUD_RISK_REJECTED", "stop": "FRAUD_RISK_STOPPED"}
_PAGE = """<!DOCTYPE html><html><head><title>Sandbox</title></head><body><h1>Klarna</h1><p>{text}</p>
<form method="post">{buttons}</form></body></html>"""


@routes.route("GET", "/pay/{item}")
def payment_page(call: Call, item: str) -> Response:
    page = call.merchant.page(item)
    asked = call.merchant.sessions[page["payment_session"]]
    text = f"{asked['order_amount']} {asked['purchase_currency']} (minor units); {page['status']}"
    buttons = "".join(f'<button name="outcome" value="{name}">{name}</button>' for name in _OUTCOMES)
    return Response(200, _PAGE.format(text=text, buttons=buttons).encode(), "text/html; charset=utf-8")


@routes.route("POST", "/pay/{item}")
def pay(call: Call, item: str) -> Response:
    """Pay on a hosted page, or {"outcome": "decline"} and the like; see _OUTCOMES. After a decline one may try again."""
    outcome = call.body.get("outcome", "pay")
    if outcome not in _OUTCOMES:
        raise KlarnaError(400, "BAD_VALUE", f"outcome is none of {', '.join(_OUTCOMES)}")
    page = call.merchant.page(item)
    if page["status"] in FINAL or page["expires_at"] < stamp():
        raise KlarnaError(403, "NOT_ALLOWED", f"The page is over; it is {page['status']}")
    status, way, check = _OUTCOMES[outcome]
    change(call, page, status, **(_placed(call, page, check) if check else {}))
    url = page["merchant_urls"].get(way)
    return json_response(shown_page(page), 303 if url else 200, **({"Location": url} if url else {}))


def _placed(call: Call, page: Json, check: str) -> Json:
    session = call.merchant.sessions[page["payment_session"]]
    if page["mode"] == "NONE":
        return {"authorization_token": f"{check.lower()}-{page['session_id']}"}
    session["status"] = "complete"
    order = orders.place(call, session, check)
    return {"order_id": order["order_id"], "klarna_reference": order["klarna_reference"]}


@routes.route("POST", "/review/{item}")
def review(call: Call, item: str) -> Json:
    """End the fraud check of an order: {"outcome": "accept"}, "reject", or "stop" for one that was accepted before."""
    order = call.merchant.order(item)
    kind = _REVIEWS[call.body.get("outcome", "accept")]
    if kind == "FRAUD_RISK_ACCEPTED":
        order["fraud_status"] = "ACCEPTED"
    else:
        order["fraud_status"] = "REJECTED"
        orders.release(call, order, "CANCELLED")
    told = {"order_id": item, "event_type": kind, "timestamp": stamp()}
    call.desk.tell(order["notification_url"], told, kind)
    return order


@routes.route("POST", "/lapse/{item}")
def lapse(call: Call, item: str) -> Json:
    """The time of an authorisation or of a page is over."""
    if item in call.merchant.pages:
        page = call.merchant.page(item)
        page["expires_at"] = stamp(minutes=-1)
        return shown_page(page)
    order = call.merchant.order(item)
    orders.release(call, order, "EXPIRED")
    return order


def desk_control(call: Call, path: str) -> Json | None:
    """Controls that concern no single object; None for an unknown one.

    webhook: {"url": …, "repeats": 2, "retries": 3, "wait_ms": 200, "paused": true} sets where callbacks go instead of the
    addresses that sessions carry, and how; deliveries: what was tried so far.
    """
    desk = call.desk
    if path == "/webhook":
        settings = dict(call.body)
        desk.callback_url = settings.pop("url", desk.callback_url)
        desk.repeats = settings.pop("repeats", desk.repeats)
        desk.sender.configure(**settings)
        return {"url": desk.callback_url, "repeats": desk.repeats, **desk.sender.settings()}
    return {"deliveries": list(desk.sender.deliveries)} if path == "/deliveries" else None
