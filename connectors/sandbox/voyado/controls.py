"""What tests and the demo may do to Engage, as people do in its own pages."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request
from connectors.sandbox.voyado.engage import Contact, Engage, EngageError, Json

if TYPE_CHECKING:
    from connectors.sandbox.voyado.api import Voyado

controls = Router()


@controls.route("GET", "/contacts")
def contacts(vendor: Voyado, request: Request) -> Any:
    """Filter: email."""
    wanted = request.query.get("email", "")
    found = [item for item in vendor.engage.contacts.values() if wanted in ("", item.attributes.get("email"))]
    return {"contacts": [{**item.shown(), "points": float(item.points)} for item in found]}


@controls.route("POST", "/contacts")
def put_contact(vendor: Voyado, request: Request) -> Any:
    """Fields of a contact, found by its e-mail address, else made: {"email": …, "preferences": {"acceptsEmail": false},
    "contactType": "Member", "points": 500}."""
    body = request.json()
    points = body.pop("points", None)
    contact = _by_email(vendor.engage, body["email"])
    kind = "contact.updated" if contact else "contact.created"
    if contact:
        contact.kind = body.pop("contactType", contact.kind)
        vendor.engage.change(contact, body)
    else:
        contact = vendor.engage.make(body)
    contact.points = contact.points if points is None else Decimal(str(points))
    vendor.tell(kind, contact)
    return contact.shown()


@controls.route("DELETE", "/contacts/{id}")
def delete_contact(vendor: Voyado, request: Request, id: str) -> Any:
    contact = vendor.engage.contact(id)
    vendor.engage.remove(contact)
    vendor.tell("contact.deleted", contact)
    return {"id": id}


@controls.route("POST", "/promotions")
def assign(vendor: Voyado, request: Request) -> Any:
    """{"email": …, "name": "Spring offer", "percent": 15} or with "amount" and "currency", for the channel ECOM."""
    told = request.json()
    contact = _known(vendor.engage, told["email"])
    percent = told.get("percent")
    money = {"amount": told.get("amount"), "currency": told.get("currency")}
    kind, value = ("MONEY", money) if percent is None else ("PERCENT", percent)
    offer = {"type": "ECOM", "valueType": kind, "value": value, "instruction": None}
    row = _row(told["name"]) | {
        "promotionId": str(uuid.uuid4()),
        "externalId": None,
        "type": "Multichannel",
        "heading": None,
        "description": None,
        "redemptionChannels": [offer],
    }
    contact.promotions.append(row)
    return row


@controls.route("POST", "/vouchers")
def grant(vendor: Voyado, request: Request) -> Any:
    """{"email": …, "number": "7203344518", "amount": 75, "currency": "NOK"}"""
    told = request.json()
    value = {"amount": told["amount"], "currency": told["currency"]}
    row = _row("Bonus") | {"voucherNumber": told["number"], "value": value, "localValues": []}
    _known(vendor.engage, told["email"]).vouchers.append(row)
    return row


@controls.route("GET", "/receipts")
def receipts(vendor: Voyado, request: Request) -> Any:
    return {"receipts": list(vendor.engage.receipts.values())}


@controls.route("POST", "/settings")
def set_up(vendor: Voyado, request: Request) -> Any:
    """{"consents": ["clubTerms"], "most_changes": 250000, "webhook": {"url": …, "secret": "whsec_…"}}"""
    told = request.json()
    webhook = told.get("webhook", {})
    vendor.engage.consents = told.get("consents", vendor.engage.consents)
    vendor.most_changes = told.get("most_changes", vendor.most_changes)
    vendor.webhook_url = webhook.get("url", vendor.webhook_url)
    vendor.webhook_secret = webhook.get("secret", vendor.webhook_secret)
    return {"consents": vendor.engage.consents, "webhook": vendor.webhook_url}


@controls.route("GET", "/deliveries")
def deliveries(vendor: Voyado, request: Request) -> Any:
    return {"deliveries": list(vendor.sender.deliveries)}


def _row(name: str) -> Json:
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "expiresOn": None,
        "redeemed": False,
        "redeemedOn": None,
    }


def _by_email(engage: Engage, email: str) -> Contact | None:
    found = engage.found("email", email)
    return found[0] if found else None


def _known(engage: Engage, email: str) -> Contact:
    contact = _by_email(engage, email)
    if contact is None:
        raise EngageError(404, "ContactNotFound", f"Nobody has the address {email}")
    return contact
