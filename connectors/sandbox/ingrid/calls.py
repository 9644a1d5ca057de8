"""What each call of Ingrid's Delivery Checkout does."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.accounts import alias
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request
from connectors.sandbox.ingrid.refusals import wrong
from connectors.sandbox.ingrid.sessions import Json, Session

if TYPE_CHECKING:
    from connectors.sandbox.ingrid.api import Ingrid

routes = Router()
_BASE = "/v1/delivery_checkout"
_NEEDED = ("purchase_country", "purchase_currency", "locales", "cart")
_OF_CART = ("cart_id", "total_value", "total_discount", "items")
_OF_ITEM = ("sku", "name", "quantity", "price", "discount")


@routes.route("POST", f"{_BASE}/session.create")
def create(ingrid: Ingrid, request: Request, account: str) -> Json:
    asked = _document(request)
    _check(asked, _NEEDED)
    session = ingrid.sessions.add(asked, account)
    return {**_told(session), "token": f"widget-{session.id[4:]}"}


@routes.route("POST", f"{_BASE}/session.update")
def update(ingrid: Ingrid, request: Request, account: str) -> Json:
    asked = _document(request)
    session = ingrid.sessions.of(asked.pop("checkout_session_id", None), account)
    _check({**session.asked, **asked}, _NEEDED)
    session.update(asked)
    return _told(session)


@routes.route("GET", f"{_BASE}/session.get")
def get(ingrid: Ingrid, request: Request, account: str) -> Json:
    session = ingrid.sessions.of(request.query.get("checkout_session_id"), account)
    session.told = session.is_complete
    return _told(session)


@routes.route("GET", f"{_BASE}/session.pull")
def pull(ingrid: Ingrid, request: Request, account: str) -> Json:
    return get(ingrid, request, account)


@routes.route("POST", f"{_BASE}/session.complete")
def complete(ingrid: Ingrid, request: Request, account: str) -> Json:
    """Each completion is noted; a session that is complete refuses the next one."""
    asked = _document(request)
    session = ingrid.sessions.of(asked.get("checkout_session_id"), account)
    session.complete(str(asked.get("external_id") or ""), covers_home=ingrid.covers_home)
    ingrid.ledger.record(
        vendor=ingrid.slug,
        operation="complete",
        identity=f"complete {session.external_id or session.id}",
        reference=session.external_id,
        object=session.order,
        account=alias(account),
    )
    return {"session": session.shown()}


def _told(session: Session) -> Json:
    return {"session": session.shown(), "html_snippet": _snippet(session)}


def _snippet(session: Session) -> str:
    """Markup of its own kind, so that it is recognised wherever it should not be."""
    shown = html.escape(f"{session.selected.name} with {session.selected.carrier}")
    return (
        f'<section id="ingrid-widget" data-session="{session.id}"><h2>Delivery</h2><p>{shown}</p></section>'
        f"<script>window.ingridWidget = {{session: '{session.id}'}};</script>"
    )


def _check(asked: Json, names: tuple[str, ...]) -> None:
    _required(asked, names, "")
    cart = asked["cart"]
    _required(cart, _OF_CART, "cart.")
    for place, item in enumerate(cart["items"]):
        _required(item, _OF_ITEM, f"cart.items[{place}].")
        for name in ("quantity", "price", "discount"):
            _amount(item[name], f"cart.items[{place}].{name}")
    for name in ("total_value", "total_discount"):
        _amount(cart[name], f"cart.{name}")


def _required(asked: Any, names: tuple[str, ...], where: str) -> None:
    if not isinstance(asked, dict):
        raise wrong(f"{where.rstrip('.') or 'body'}: value is no object")
    for name in names:
        if asked.get(name) in (None, ""):
            raise wrong(f"{where}{name}: value is required")


def _amount(value: Any, where: str) -> None:
    if not isinstance(value, int) or value < 0:
        raise wrong(f"{where}: value must be a whole number of 0 or more")


def _document(request: Request) -> Json:
    try:
        document = request.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise wrong("body: value is no JSON object")
    return document
