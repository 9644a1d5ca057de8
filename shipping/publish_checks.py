"""What is checked before a shipping provider, or the connector of shipments, goes live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors import documents
from connectors.checklist import Finding, Going, error, register, warning
from connectors.contracts.base import Category
from connectors.gateways import checks
from connectors.models import Connector
from connectors.validation import implementation_of
from shipping.models import ENDED, Shipment, ShipmentState
from shipping.providers import KIND, ShippingProviderConfig, providers_of
from tenants.models import Store

_OPTIONS, _ACCOUNTS = "Shipment Options", "Auth Settings"

register(KIND)(checks.some_market_is_left)


@register(documents.KIND)
def open_shipments_keep_their_account(going: Going) -> Iterator[Finding]:
    """What was booked with one account cannot be tracked, labelled or cancelled through another."""
    changed = checks.changed_account(going)
    count = open_shipments(going.obj) if changed else 0
    if count:
        yield error(
            "open_shipments",
            f"{changed} changed while {count} shipments of the old account are open. Let them be delivered"
            " or cancelled first, or create another connector for the new account.",
        )


@register(KIND)
def its_connector_is_a_carrier(going: Going) -> Iterator[Finding]:
    yield from checks.connector_serves(going, Category.SHIPPING, "is no carrier")


@register(KIND)
def its_accounts_can_be_used(going: Going) -> Iterator[Finding]:
    """An account is another account with the same carrier, and what tells prices has to be in service."""
    own, live = going.obj.connector, going.runtime.connectors
    rows = going.obj.accounts.select_related("connector", "market", "store")
    for row in rows:
        if row.connector.type != own.type:
            yield error(
                "account_type",
                f"{row.connector} of {row} is no {own.type}; choose a connector of the same Shipping Gateway.",
                _ACCOUNTS,
            )
        elif row.connector_id not in live:
            yield error("account", f"{row.connector} of {row} is not published; publish it first.", _ACCOUNTS)
    for option in going.document["shipment_options"]:
        pricing = option["price_connector"]
        if pricing is not None and pricing not in live:
            yield error(
                "price_connector",
                f"The Shipping Price Gateway of {option['name']} is not published; publish it first.",
                _OPTIONS,
            )


@register(KIND)
def prices_can_be_told(going: Going) -> Iterator[Finding]:
    carrier = implementation_of(going.obj.connector.type)
    for option in going.document["shipment_options"]:
        asks = option["get_price_from_provider"] and option["price_connector"] is None
        if asks and carrier is not None and not _tells_prices(carrier) and not option["prices"]:
            yield warning(
                "no_prices",
                f"{option['name']} gets its price from {carrier.label}, which tells none: enter Prices.",
                _OPTIONS,
            )
        if option["return_product"] and not getattr(carrier, "books_returns", True):
            yield warning(
                "no_returns",
                f"{option['name']} has a Return Product, and {carrier.label if carrier else 'its carrier'} books no"
                " returns from here.",
                _OPTIONS,
            )


@register(KIND)
def there_is_something_to_choose(going: Going) -> Iterator[Finding]:
    if not going.document["shipment_options"]:
        yield error("options", "Add a shipment option: it is what orders name.", _OPTIONS)


@register(KIND)
def names_tell_apart(going: Going) -> Iterator[Finding]:
    """Orders name an option without its provider, so that a market may have each name once."""
    mine = {option["name"].lower(): option["name"] for option in going.document["shipment_options"]}
    for other in _neighbours(going):
        for option in other.options:
            if option.name.lower() in mine:
                yield error(
                    "shared_name",
                    f"{other.name} has an option {option.name} on a market of this one: rename one of them.",
                    _OPTIONS,
                )


@register(KIND)
def there_is_one_default(going: Going) -> Iterator[Finding]:
    """Orders without shipments take the default, which is none when there are two."""
    mine = [option["name"] for option in going.document["shipment_options"] if option["is_default"]]
    others = [
        f"{option.name} of {other.name}"
        for other in _neighbours(going)
        for option in other.options
        if option.is_default
    ]
    if mine and len(mine) + len(others) > 1:
        names = ", ".join([*mine, *others])
        yield error(
            "defaults", f"Several options are default on the same market: {names}. Keep one.", _OPTIONS
        )


@register(KIND)
def the_default_needs_nothing_more(going: Going) -> Iterator[Finding]:
    for option in going.document["shipment_options"]:
        if option["is_default"] and option["service_point_required"]:
            yield error(
                "default_point",
                f"{option['name']} cannot be the default: orders without shipments name no service point.",
                _OPTIONS,
            )
        if option["is_default"] and not option["weight"]:
            yield error(
                "default_weight",
                f"{option['name']} is the default: enter its Default Weight, because orders without shipments tell none.",
                _OPTIONS,
            )


@register(KIND)
def its_stores_are_in_service(going: Going) -> Iterator[Finding]:
    codes = {option["store"] for option in going.document["shipment_options"]} - {""}
    for store in Store.objects.filter(code__in=codes, is_active=False):
        yield warning("store", f"The store {store.code} is switched off; nothing is sent from it.", _OPTIONS)


def _tells_prices(carrier: Any) -> bool:
    """A delivery checkout tells its own."""
    offered = carrier.operations()
    return "open_session" in offered or (
        "options" in offered and bool(getattr(carrier, "tells_prices", False))
    )


def open_shipments(connector: Connector) -> int:
    """Shipments that the carrier has, or may have, and that have not come to their end."""
    asked = Shipment.objects.filter(
        connector=connector, state__in=[ShipmentState.BOOKING, ShipmentState.BOOKED]
    )
    return asked.exclude(tracking_state__in=ENDED).count()


def _neighbours(going: Going) -> Iterator[ShippingProviderConfig]:
    """Published providers that share a market with this one."""
    document: Mapping[str, Any] = going.document
    mine = {code.lower() for code in document["valid_on_markets"]}
    for other in providers_of(going.runtime):
        shares = not mine or not other.markets or mine & other.markets
        if other.id != going.obj.pk and shares:
            yield other
