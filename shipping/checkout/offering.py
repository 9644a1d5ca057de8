"""The options as a shopper may choose them: what the carriers said, priced by the merchant's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from connectors.calls import CallContext
from connectors.contracts.shipping import CheckoutSession, PickupPoint, ShippingOption
from connectors.runtime import TenantRuntime
from shipping.checkout.asking import Reply, Source, ask
from shipping.checkout.questions import Questions, points_of, questions_of, weight_of
from shipping.checkout.visit import Visit
from shipping.providers import Offer
from tenants.money import Money

#: The option needs no carrier's word.
CONFIGURED = "configured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A delivery checkout of a vendor; `widget` is its HTML for the shop's page."""

    id: str
    widget: str = field(repr=False)
    expires_at: datetime | None = None
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One option. `source` is live, cached, failed or configured; `reason` tells staff why it is not live, and `age` is
    that of a cached answer in seconds. `price` includes tax; None where nobody knows one, and then the option is not
    `available`."""

    offer: Offer
    source: str
    reason: str = ""
    age: int = 0
    available: bool = True
    carrier: str = ""
    description: str = ""
    delivery_type: str = ""
    price: Money | None = None
    tax: Money | None = None
    tax_rate: Decimal = Decimal(0)
    is_free: bool = False
    delivery: date | None = None
    working_days: int | None = None
    pickup_points: tuple[PickupPoint, ...] = ()
    pickup_points_source: str = ""
    session: Session | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    source: str
    reason: str = ""
    age: int = 0
    points: tuple[PickupPoint, ...] = ()


def shipping_options(runtime: TenantRuntime, visit: Visit) -> list[Offered]:
    """Every published option that serves the market, within the deadline. One that its carrier does not offer there is
    left out."""
    questions = questions_of(runtime, visit)
    replies = ask(questions.calls, CallContext(market=visit.market.code, store=_code(visit)))
    found = (_offered(questions, replies, visit, offer) for offer in questions.offers)
    return [one for one in found if one is not None]


def pickup_points(runtime: TenantRuntime, visit: Visit, offer: Offer) -> Points:
    call = points_of(runtime, visit, offer)
    if call is None:
        return Points(source=Source.FAILED, reason=f"The carrier of {offer.option.name} has no pickup points")
    reply = ask({"points": call}, CallContext(market=visit.market.code, store=_code(visit)))["points"]
    return Points(
        source=reply.source,
        reason=reply.reason,
        age=reply.age,
        points=tuple(reply.answer or ())[: visit.limit],
    )


def _offered(
    questions: Questions, replies: Mapping[str, Reply], visit: Visit, offer: Offer
) -> Offered | None:
    name = offer.option.name
    if name in questions.hindrances:
        reply = Reply(source=Source.FAILED, reason=questions.hindrances[name])
        return _priced(visit, offer, reply, None, None)
    points = replies.get(questions.points.get(name, ""))
    if name in questions.sessions:
        return _from_session(visit, offer, replies[questions.sessions[name]])
    if name not in questions.rates:
        return _priced(visit, offer, None, None, points)
    reply = replies[questions.rates[name]]
    told = _told(offer, reply)
    if reply.source is not Source.FAILED and told is None:
        return None
    return _priced(visit, offer, reply, told, points)


def _told(offer: Offer, reply: Reply) -> ShippingOption | None:
    wanted = (offer.option.price_product or offer.option.product).lower()
    answer: list[ShippingOption] = reply.answer or []
    return next((item for item in answer if item.product.lower() == wanted), None)


def _priced(
    visit: Visit, offer: Offer, reply: Reply | None, told: ShippingOption | None, points: Reply | None
) -> Offered:
    option, rules = offer.option, offer.option.price_rules
    price, reason = _price(visit, offer, told, reply)
    is_free = price is not None and rules.is_free(visit.worth)
    price = Money.zero(price.currency) if price is not None and is_free else price
    source = str(reply.source) if reply else CONFIGURED
    given = points.answer if points else (told.pickup_points if told else ())
    return Offered(
        offer=offer,
        source=source,
        reason=reason,
        age=reply.age if reply else 0,
        available=price is not None,
        carrier=told.carrier if told else "",
        description=option.description or (told.description if told else ""),
        delivery_type=option.delivery_type or (str(told.type) if told and told.type else ""),
        price=price,
        tax=rules.tax_in(price) if price is not None else None,
        tax_rate=rules.tax_rate,
        is_free=is_free,
        delivery=told.delivery if told else None,
        working_days=told.working_days if told else None,
        pickup_points=tuple(given or ())[: visit.limit],
        pickup_points_source=str(points.source) if points else (source if given else ""),
    )


def _price(
    visit: Visit, offer: Offer, told: ShippingOption | None, reply: Reply | None
) -> tuple[Money | None, str]:
    """The carrier's where the option wants it and the currency is the shopper's, else the configured one."""
    option, rules = offer.option, offer.option.price_rules
    reason = reply.reason if reply else ""
    configured = rules.configured(visit.currency, weight_of(visit, offer))
    if not option.get_price_from_provider:
        none = f"{option.name} has no price in {visit.currency} for this weight; enter it in Prices"
        return configured, reason if configured is not None else reason or none
    if told is None or told.price is None:
        return configured, reason or ("" if configured is not None else "The carrier tells no price")
    if told.price.currency != visit.currency:
        return configured, f"The carrier's price is in {told.price.currency}, not in {visit.currency}"
    return rules.of_carrier(told.price, tax_included=told.tax_included, tax_rate=told.tax_rate), reason


def _from_session(visit: Visit, offer: Offer, reply: Reply) -> Offered:
    """A delivery checkout has its own options and prices; without it the configured price stands in.

    It is available before anything is chosen in it: then nobody knows the price yet.
    """
    if reply.source is Source.FAILED or not isinstance(reply.answer, CheckoutSession):
        return _priced(visit, offer, reply, None, None)
    session, choice = reply.answer, reply.answer.choice
    price = choice.price if choice else next((item.price for item in session.options if item.price), None)
    rules = offer.option.price_rules
    fits = price is not None and price.currency == visit.currency
    foreign = f"The checkout's price is in {price.currency}, not in {visit.currency}" if price else ""
    return Offered(
        offer=offer,
        source=str(reply.source),
        reason="" if fits else foreign,
        available=fits or price is None,
        description=offer.option.description,
        delivery_type=str(choice.type or "") if choice else offer.option.delivery_type,
        carrier=choice.carrier if choice else "",
        price=price if fits else None,
        tax=rules.tax_in(price) if fits and price else None,
        tax_rate=rules.tax_rate,
        delivery=choice.delivery.date() if choice and choice.delivery else None,
        pickup_points=(choice.pickup_point,) if choice and choice.pickup_point else (),
        pickup_points_source=str(reply.source) if choice and choice.pickup_point else "",
        session=Session(
            id=session.id,
            widget=session.widget,
            expires_at=session.expires_at,
            chosen=choice.name or choice.product if choice else "",
        ),
    )


def _code(visit: Visit) -> str:
    return visit.store.code if visit.store else ""
