"""The operations of the API by method and path, without the version."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request
from connectors.sandbox.voyado.engage import Engage, EngageError, Json, now

if TYPE_CHECKING:
    from connectors.sandbox.voyado.api import Voyado

calls = Router()

#: What contacts are looked for by, in the order of "any".
_SEARCHED = {"email": "email", "mobilePhone": "mobilePhone", "customKey": "externalId"}
_REQUIRED = ("contact", "uniqueReceiptId", "createdDate", "storeExternalId", "currency", "totalGrossPrice")
_TIME = "%Y-%m-%d %H:%M:%S.%f"


@calls.route("GET", "consents")
def consents(vendor: Voyado, request: Request, version: str) -> Any:
    return [{"id": name, "name": name, "metaData": {}} for name in vendor.engage.consents]


@calls.route("GET", "contacts/count")
def count(vendor: Voyado, request: Request, version: str) -> Any:
    return len(vendor.engage.contacts)


@calls.route("GET", "contacts/id")
def contact_id(vendor: Voyado, request: Request, version: str) -> Any:
    for name, attribute in _SEARCHED.items():
        value = request.query.get(name)
        if value is None:
            continue
        found = vendor.engage.found(attribute, value)
        if len(found) > 1:
            raise EngageError(409, "MultipleMatches", f"Several contacts have this {name}")
        if found:
            return found[0].id
    raise EngageError(404, "ContactNotFound", "Nobody is known by this")


@calls.route("GET", "contacts/changes")
def changes(vendor: Voyado, request: Request, version: str) -> Any:
    since = datetime.strptime(request.query["fromDate"], _TIME).replace(tzinfo=UTC)
    told = request.query.get("toDate")
    until = datetime.strptime(told, _TIME).replace(tzinfo=UTC) if told else now()
    found = vendor.engage.changes(request.query["changeType"], since, until)
    if len(found) > vendor.most_changes:
        raise EngageError(400, "TooManyContacts", "More contacts have changed than can be told")
    return found


@calls.route("POST", "contacts")
def create(vendor: Voyado, request: Request, version: str) -> Any:
    """One that has the same key is told instead."""
    body = _body(request)
    for attribute in ("email", "mobilePhone", "externalId"):
        found = vendor.engage.found(attribute, str(body.get(attribute) or ""))
        if found:
            return found[0].shown()
    made = vendor.engage.make(body)
    key = body.get("email") or body.get("mobilePhone") or body.get("externalId")
    vendor.note("create_contact", f"contact {key}", str(key), made.id)
    vendor.tell("contact.created", made)
    return made.shown()


@calls.route("GET", "contacts/{id}")
def read(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    return vendor.engage.contact(id).shown()


@calls.route("PATCH", "contacts/{id}")
def update(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    _only(version, "v3")
    return _updated(vendor, id, _body(request))


@calls.route("POST", "contacts/{id}")
def update_v2(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    _only(version, "v2")
    return _updated(vendor, id, _body(request))


@calls.route("DELETE", "contacts/{id}")
def delete(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    contact = vendor.engage.contact(id)
    vendor.engage.remove(contact)
    vendor.tell("contact.deleted", contact)
    return None


@calls.route("POST", "contacts/{id}/promoteToMember")
def promote(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    _only(version, "v2")
    return _typed(vendor, id, "Member")


@calls.route("POST", "contacts/{id}/updateContactType")
def update_type(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    _only(version, "v3")
    return _typed(vendor, id, request.query["contactTypeId"])


@calls.route("GET", "contacts/{id}/promotions")
def promotions(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    channel = request.query.get("redemptionChannelType", "")
    return [
        row
        for row in vendor.engage.contact(id).promotions
        if not channel or any(item["type"] == channel for item in row["redemptionChannels"])
    ]


@calls.route("GET", "contacts/{id}/bonuschecks/available")
def bonus_checks(vendor: Voyado, request: Request, version: str, id: str) -> Any:
    rows = vendor.engage.contact(id).vouchers
    return _page([{"checkNumber": row["voucherNumber"], **row} for row in rows])


@calls.route("GET", "reward-vouchers/available")
def vouchers(vendor: Voyado, request: Request, version: str) -> Any:
    _only(version, "v3")
    return _page(vendor.engage.contact(request.query["contactId"]).vouchers)


@calls.route("GET", "point-accounts")
def points(vendor: Voyado, request: Request, version: str) -> Any:
    contact = vendor.engage.contact(request.query["contactId"])
    account = {"id": f"points-{contact.id}", "contactId": contact.id, "definitionId": 1}
    return _page([{**account, "balance": float(contact.points), "pendingPoints": 0}])


@calls.route("POST", "receipts")
def receipt(vendor: Voyado, request: Request, version: str) -> Any:
    """Nothing is told of one that is known already."""
    body = _body(request)
    missing = [name for name in (*_REQUIRED, "paymentMethods", "items") if body.get(name) in (None, "", [])]
    if missing:
        raise EngageError(400, "ValidationError", f"{', '.join(missing)} is missing")
    if body["storeExternalId"] == "404":
        raise EngageError(400, "StoreNotFound", "There is no store with the external id 404")
    sign = -1 if body["totalGrossPrice"] < 0 else 1
    total = sign * sum(Decimal(str(item["grossPaidPrice"])) for item in body["items"])
    if total != Decimal(str(body["totalGrossPrice"])):
        raise EngageError(422, "ValidationError", "totalGrossPrice is not the sum of the items")
    _book(vendor, vendor.engage, body)
    return None


def _book(vendor: Voyado, engage: Engage, body: Json) -> None:
    number = body["uniqueReceiptId"]
    if number in engage.receipts:
        return
    engage.receipts[number] = body
    vendor.note("receipt", f"receipt {number}", str(body["receiptNumber"]), number)
    contact = engage.contacts.get(body["contact"]["matchKey"])
    if contact:
        contact.points += int(body["totalGrossPrice"])


def _updated(vendor: Voyado, contact_id: str, body: Json) -> Any:
    contact = vendor.engage.contact(contact_id)
    vendor.engage.change(contact, body)
    vendor.tell("contact.updated", contact)
    return contact.shown()


def _typed(vendor: Voyado, contact_id: str, kind: str) -> Any:
    contact = vendor.engage.contact(contact_id)
    contact.kind = kind
    return _updated(vendor, contact_id, {})


def _only(version: str, wanted: str) -> None:
    if version != wanted:
        raise EngageError(404, "NotFound", f"This is in {wanted} only")


def _page(rows: list[Json]) -> Json:
    return {"items": rows, "totalCount": len(rows), "offset": 0, "count": len(rows)}


def _body(request: Request) -> Json:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise EngageError(400, "ValidationError", "The body is no object")
    return body
