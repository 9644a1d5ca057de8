"""Payment sessions, hosted pages, and placing orders with the token of an authorisation."""

from __future__ import annotations

import secrets
from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.klarna import orders
from connectors.sandbox.klarna.checking import check_order
from connectors.sandbox.klarna.errors import KlarnaError, bad_value, not_found
from connectors.sandbox.klarna.merchant import Call, Json, new_id, stamp

routes = Router()

_TOKENS = {"accepted": "ACCEPTED", "pending": "PENDING", "rejected": "REJECTED"}
#: Statuses of a page on which nothing more can happen.
FINAL = frozenset({"COMPLETED", "CANCELLED", "DISABLED"})
_SHOWN = ("session_id", "status", "updated_at", "expires_at", "order_id", "klarna_reference")


@routes.route("POST", "/payments/v1/sessions")
def create_session(call: Call) -> Json:
    check_order(call.body)
    session = {**call.body, "status": "incomplete", "expires_at": stamp(hours=48)}
    session_id = new_id()
    call.merchant.sessions[session_id] = session
    categories = [{"identifier": "klarna", "name": "Pay with Klarna"}]
    session |= {
        "client_token": secrets.token_urlsafe(48),
        "payment_method_categories": categories,
    }
    return {
        "session_id": session_id,
        "client_token": session["client_token"],
        "payment_method_categories": categories,
    }


@routes.route("GET", "/payments/v1/sessions/{session}")
def read_session(call: Call, session: str) -> Json:
    if session not in call.merchant.sessions:
        raise not_found("The session")
    return call.merchant.sessions[session]


@routes.route("POST", "/payments/v1/authorizations/{token}/order")
def place(call: Call, token: str) -> Json:
    """The token is what a repetition is recognised by: it places one order, whatever is sent with it later."""
    if token not in call.merchant.placed:
        check = _TOKENS.get(token.partition("-")[0])
        if check is None:
            raise KlarnaError(404, "NOT_FOUND", "No authorisation is known by this token")
        check_order(call.body)
        call.merchant.placed[token] = orders.place(call, call.body, check)["order_id"]
    order = call.merchant.order(call.merchant.placed[token])
    return {
        "order_id": order["order_id"],
        "fraud_status": order["fraud_status"],
        "redirect_url": f"{call.desk.url}/_/klarna/redirect/{order['order_id']}",
        "authorized_payment_method": {"type": "invoice"},
    }


@routes.route("POST", "/hpp/v1/sessions")
def create_page(call: Call) -> Response:
    body: Any = call.body
    url = body.get("payment_session_url", "") if isinstance(body, dict) else ""
    head, _, session = url.rpartition("/")
    if not head.endswith("/payments/v1/sessions") or session not in call.merchant.sessions:
        raise bad_value("payment_session_url")
    page_id = new_id()
    page = {
        "session_id": page_id,
        "status": "WAITING",
        "updated_at": stamp(),
        "expires_at": stamp(hours=48),
        "payment_session": session,
        "merchant_urls": body.get("merchant_urls", {}),
        "mode": body.get("options", {}).get("place_order_mode", "NONE"),
    }
    call.merchant.pages[page_id] = page
    shown = {
        "session_id": page_id,
        "session_url": f"{call.desk.url}/klarna/hpp/v1/sessions/{page_id}",
        "redirect_url": f"{call.desk.url}/_/klarna/pay/{page_id}",
        "expires_at": page["expires_at"],
    }
    return json_response(shown, 201)


@routes.route("GET", "/hpp/v1/sessions/{page}")
def read_page(call: Call, page: str) -> Json:
    return shown_page(call.merchant.page(page))


@routes.route("DELETE", "/hpp/v1/sessions/{page}")
def disable_page(call: Call, page: str) -> Response:
    found = call.merchant.page(page)
    if found["status"] in FINAL:
        raise KlarnaError(400, "BAD_VALUE", f"The session is {found['status']}")
    change(call, found, "DISABLED")
    return Response(204)


def change(call: Call, page: Json, status: str, **fields: Any) -> None:
    """Give the page another status, and tell so."""
    page |= {"status": status, "updated_at": stamp(), **fields}
    told = {"event_id": new_id(), "session": shown_page(page)}
    call.desk.tell(page["merchant_urls"].get("status_update", ""), told, f"session {status}")


def shown_page(page: Json) -> Json:
    return {name: page[name] for name in (*_SHOWN, "authorization_token") if name in page}
