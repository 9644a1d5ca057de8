"""What shoppers, banks and time do to payments: the control API under /_/adyen/."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.adyen import changes, payments
from connectors.sandbox.adyen.desk import Desk, Json
from connectors.sandbox.adyen.errors import invalid
from connectors.sandbox.adyen.outcomes import AUTHORISED, FAILED_CHECK
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response

routes = Router()

_PAGE = """<!DOCTYPE html><html><head><title>Sandbox</title></head><body><h1>{title}</h1>
<form method="post">{buttons}</form></body></html>"""


def data_of(request: Request) -> Json:
    """JSON from programs, a form from the browser pages."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode()))
    data = request.json()
    return data if isinstance(data, dict) else {}


@routes.route("GET", "/pay/{link}")
def payment_page(desk: Desk, data: Json, link: str) -> Response:
    payments.link_of(desk, link)
    return _page(
        "Adyen", "holderName", {"Kari Nordmann": "Pay", "DECLINED": "Pay with a card that is declined"}
    )


@routes.route("POST", "/pay/{link}")
def pay(desk: Desk, data: Json, link: str) -> Response:
    """Pay a link as a shopper would: {"holderName": "DECLINED"}, by default somebody with a good card."""
    result = payments.pay_link(desk, link, data.get("holderName", "Kari Nordmann"))
    url = desk.links[link].get("returnUrl")
    return _back(result, url if result["resultCode"] == "Authorised" else "")


@routes.route("GET", "/bank/{token}")
def bank_page(desk: Desk, data: Json, token: str) -> Response:
    return _page("Your bank", "outcome", {"succeed": "Confirm", "fail": "Refuse"})


@routes.route("POST", "/bank/{token}")
def bank(desk: Desk, data: Json, token: str) -> Response:
    """Answer the bank: {"outcome": "succeed"} or {"outcome": "fail"}. iDEAL pays at once, a card by /payments/details."""
    waiting = desk.elsewhere.get(token)
    if waiting is None or "outcome" in waiting:
        raise invalid("14_006", "No shopper is awaited here")
    waiting["outcome"] = AUTHORISED if data.get("outcome", "succeed") == "succeed" else FAILED_CHECK
    if waiting["method"] == "ideal":
        waiting["result"] = payments.settle(desk, waiting, waiting["outcome"])
    return _back({"redirectResult": token}, f"{waiting['returnUrl']}?redirectResult={token}")


@routes.route("GET", "/elsewhere")
def elsewhere(desk: Desk, data: Json) -> Any:
    """Whom a bank awaits: the newest last."""
    return {"tokens": [token for token, waiting in desk.elsewhere.items() if "outcome" not in waiting]}


@routes.route("POST", "/fail/{psp}")
def fail(desk: Desk, data: Json, psp: str) -> Any:
    return changes.fail(desk, psp)


@routes.route("POST", "/repair/{psp}")
def repair(desk: Desk, data: Json, psp: str) -> Any:
    return changes.repair(desk, psp)


@routes.route("POST", "/lapse/{psp}")
def lapse(desk: Desk, data: Json, psp: str) -> Any:
    """Of a payment the reservation ends, of a link its time."""
    if psp in desk.links:
        desk.links[psp]["status"] = "expired"
        return desk.links[psp]
    return changes.lapse(desk, psp)


@routes.route("POST", "/chargeback/{psp}")
def chargeback(desk: Desk, data: Json, psp: str) -> Any:
    payment = desk.payment(psp)
    desk.tell("CHARGEBACK", payment, desk.new_psp(), payment["captured"], reason="The cardholder disputes it")
    return payment


@routes.route("GET", "/payments/{psp}")
def read_payment(desk: Desk, data: Json, psp: str) -> Any:
    return desk.payment(psp)


@routes.route("GET", "/told")
def told(desk: Desk, data: Json) -> Any:
    """Every item that was told, oldest first."""
    return {"items": desk.teller.told}


@routes.route("POST", "/tell_again")
def tell_again(desk: Desk, data: Json) -> Any:
    """{"order": [2, 0, 1]}: items told before, by their place, in one post."""
    items = [desk.teller.told[place] for place in data["order"]]
    desk.teller.post(items)
    return {"items": items}


@routes.route("POST", "/account")
def account(desk: Desk, data: Json) -> Any:
    """{"multiple_captures": true, "refusing": ["captures"]}: see Desk."""
    desk.multiple_captures = data.get("multiple_captures", desk.multiple_captures)
    desk.refusing = list(data.get("refusing", desk.refusing))
    return {"multiple_captures": desk.multiple_captures, "refusing": desk.refusing}


@routes.route("GET", "/webhook")
def read_webhook(desk: Desk, data: Json) -> Any:
    return desk.teller.settings()


@routes.route("POST", "/webhook")
def set_webhook(desk: Desk, data: Json) -> Any:
    """{"url", "hmac_key", "repeats", "batch", "retries", "wait_ms", "paused"}, all optional; the answer has the HMAC key."""
    desk.teller.configure(data)
    return desk.teller.settings()


@routes.route("GET", "/deliveries")
def deliveries(desk: Desk, data: Json) -> Any:
    return {"deliveries": list(desk.teller.sender.deliveries)}


def _page(title: str, name: str, choices: dict[str, str]) -> Response:
    buttons = "".join(
        f'<button name="{name}" value="{html.escape(value)}">{html.escape(label)}</button>'
        for value, label in choices.items()
    )
    body = _PAGE.format(title=html.escape(title), buttons=buttons)
    return Response(200, body.encode(), "text/html; charset=utf-8")


def _back(item: Json, url: str | None) -> Response:
    """The object, and where a browser goes on to."""
    return json_response(item, 303, Location=url) if url else json_response(item)
