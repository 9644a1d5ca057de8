"""What has to be asked, and whom, to offer each shipping option; questions to one carrier are asked in one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from connectors import registry
from connectors.calls import CallSpec
from connectors.canonical import request_hash
from connectors.compiled import ConnectorConfig
from connectors.contracts.shipping import Parcel, ShippingQuery
from connectors.runtime import TenantRuntime
from shipping.bookings import SENDER, sender_of
from shipping.checkout.visit import Visit
from shipping.making import store_of
from shipping.options import PackageSize
from shipping.providers import Offer, offers_of


@dataclass(slots=True)
class Questions:
    """`rates`, `points` and `sessions` give the call's key by the option's name; `hindrances` what keeps it from being
    asked."""

    offers: list[Offer]
    calls: dict[str, CallSpec] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    hindrances: dict[str, str] = field(default_factory=dict)


def questions_of(runtime: TenantRuntime, visit: Visit) -> Questions:
    offers = [
        offer
        for offer in offers_of(runtime, visit.market.code)
        if not offer.option.hide_from_api and visit.wants(offer.option.name)
    ]
    found = Questions(offers)
    for offer in offers:
        _add(found, runtime, visit, offer)
    _merge_products(found)
    return found


def points_of(runtime: TenantRuntime, visit: Visit, offer: Offer) -> CallSpec | None:
    """The question for pickup points alone; None where nobody has any."""
    connector = runtime.connectors.get(_account(visit, offer))
    query = query_of(visit, offer, (offer.option.product,))
    return _call(connector, "pickup_points", query) if _offers(connector, "pickup_points") else None


def query_of(visit: Visit, offer: Offer, products: tuple[str, ...], session: str = "") -> ShippingQuery:
    option, properties = offer.option, offer.provider.properties
    sizes = visit.packages or ((option.package,) if option.package.weight else ())
    return ShippingQuery(
        sender=sender_of(store_of(offer, visit.store), properties),
        recipient=visit.recipient,
        parcels=tuple(_parcel(position, size) for position, size in enumerate(sizes, start=1)),
        products=products,
        services=option.services,
        currency=visit.currency,
        language=visit.language,
        limit=visit.limit,
        session=session,
        cart=visit.cart,
        customer=visit.customer,
        extra={key: value for key, value in properties.items() if key.lower() != SENDER},
    )


def weight_of(visit: Visit, offer: Offer) -> int:
    """Grams of everything that is sent."""
    return sum(size.weight for size in visit.packages) or offer.option.package.weight


def _add(found: Questions, runtime: TenantRuntime, visit: Visit, offer: Offer) -> None:
    option = offer.option
    own = runtime.connectors.get(_account(visit, offer))
    pricing = runtime.connectors.get(option.price_connector) if option.price_connector else own
    if pricing is None or pricing.problem:
        found.hindrances[option.name] = _hindrance(pricing)
        return
    if _offers(pricing, "open_session"):
        session = visit.sessions.get(option.name.lower(), "")
        key = f"session:{option.name}"
        found.calls[key] = _call(pricing, "open_session", query_of(visit, offer, (), session))
        found.sessions[option.name] = key
    elif _offers(pricing, "options"):
        product = option.price_product or option.product
        query = replace(query_of(visit, offer, (product,)), cart=None, customer=None)
        key = f"rates:{option.name}"
        found.calls[key], found.rates[option.name] = _call(pricing, "options", query), key
    if option.get_service_points and _offers(own, "pickup_points"):
        key = f"points:{option.name}"
        query = replace(query_of(visit, offer, (option.product,)), cart=None, customer=None)
        found.calls[key], found.points[option.name] = _call(own, "pickup_points", query), key


def _merge_products(found: Questions) -> None:
    """Options of one carrier that differ in their product only become one question."""
    alike: dict[tuple[int, str], list[str]] = defaultdict(list)
    for name, key in found.rates.items():
        spec = found.calls[key]
        alike[spec.connector.id, request_hash(replace(spec.request, products=()))].append(name)
    for names in alike.values():
        first = found.rates[names[0]]
        products = dict.fromkeys(found.calls[found.rates[name]].request.products[0] for name in names)
        spec = found.calls[first]
        found.calls[first] = replace(spec, request=replace(spec.request, products=tuple(products)))
        for name in names[1:]:
            del found.calls[found.rates[name]]
            found.rates[name] = first


def _account(visit: Visit, offer: Offer) -> int:
    store = store_of(offer, visit.store)
    return offer.provider.account_for(visit.market.code, store.code if store else "").connector


def _call(connector: ConnectorConfig | None, operation: str, query: ShippingQuery) -> CallSpec:
    if connector is None:
        raise LookupError("nobody to ask")
    return CallSpec(connector=connector, operation=operation, subject="checkout", request=query, write=False)


def _offers(connector: ConnectorConfig | None, operation: str) -> bool:
    return connector is not None and operation in registry.get(connector.slug).operations()


def _hindrance(connector: ConnectorConfig | None) -> str:
    return connector.problem if connector else "its connector is not published; publish it again"


def _parcel(position: int, size: PackageSize) -> Parcel:
    return Parcel(
        reference=str(position), weight=size.weight, length=size.length, width=size.width, height=size.height
    )
