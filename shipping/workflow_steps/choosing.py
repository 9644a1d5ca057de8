"""ConfirmDeliveryChoice: what the shopper chose in a delivery checkout is confirmed there and decides who books."""

from __future__ import annotations

from connectors import registry
from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.shipping import DeliveryChoice, SessionCompletion
from connectors.errors import Misconfigured
from shipping.bookings import connector_of
from shipping.choices import choice_document, read_choice
from shipping.models import Shipment, ShipmentState
from shipping.providers import KIND, Offer, offers_of
from shipping.stepkit import Review, ShipmentStep
from workflows.steps.base import StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict

_FIELDS = [
    "choice",
    "pickup_point",
    "expected_delivery",
    "provider",
    "connector",
    "account",
    "option_name",
    "product",
    "services",
    "label_format",
    "modified_at",
]


@register
class ConfirmDeliveryChoice(ShipmentStep):
    """Completes the delivery checkout of each shipment that has one, keeps what was chosen, and takes the shipping option
    whose Checkout Codes hold it."""

    name = "ConfirmDeliveryChoice"
    label = "Confirm delivery choice"
    returns = False

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if not shipment.session or shipment.choice or shipment.is_booked:
            return None
        order = review.context.order
        return CallSpec(
            connector=checkout_of(review.context, shipment),
            operation="complete_session",
            subject=shipment.subject,
            request=SessionCompletion(
                session=shipment.session,
                order_number=order.number,
                reference=shipment.reference,
                recipient=order.shipping,
                customer=order.customer,
            ),
        )

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED and isinstance(outcome.result, DeliveryChoice):
            _keep(review.context, shipment, outcome.result)

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if not shipment.session:
            verdict.success(f"{shipment} has no delivery checkout")
        elif not shipment.choice:
            verdict.error(
                f"{shipment}: the delivery checkout was completed and its choice was not kept; run this again"
            )
        else:
            _tell(review.context, shipment, read_choice(shipment.choice), verdict)


def checkout_of(context: StepContext, shipment: Shipment) -> ConnectorConfig:
    """The connector of the delivery checkout: the option's Shipping Price Gateway, else the shipment's own. Raises
    Misconfigured."""
    provider = context.runtime.of(KIND, retired=True).get(shipment.provider_id)
    options = provider.options if provider else ()
    named = {option.name: option.price_connector for option in options}.get(shipment.option_name)
    found = context.runtime.connectors.get(named) if named else connector_of(context, shipment)
    if found is None or "complete_session" not in registry.get(found.slug).operations():
        raise Misconfigured(
            f"{shipment.option_name} has no delivery checkout; choose one as its Shipping Price Gateway"
        )
    return found


def _keep(context: StepContext, shipment: Shipment, choice: DeliveryChoice) -> None:
    shipment.choice = choice_document(choice)
    shipment.pickup_point = choice.pickup_point.id[:100] if choice.pickup_point else shipment.pickup_point
    shipment.expected_delivery = choice.delivery or shipment.expected_delivery
    offer = _offer(context, choice)
    # Another carrier would book once more what the one that was asked may have booked.
    if offer is not None and shipment.state == ShipmentState.DRAFT:
        _switch(context, shipment, offer)
    shipment.save(update_fields=_FIELDS)


def _offer(context: StepContext, choice: DeliveryChoice) -> Offer | None:
    """The only option that a choice means."""
    wanted = choice.product.lower()
    found = [
        offer
        for offer in offers_of(context.runtime, context.order.market)
        if wanted and wanted in (code.lower() for code in offer.option.checkout_codes)
    ]
    return found[0] if len(found) == 1 else None


def _switch(context: StepContext, shipment: Shipment, offer: Offer) -> None:
    provider, option = offer.provider, offer.option
    store = shipment.store.code if shipment.store else ""
    account = provider.account_for(context.order.market, store)
    shipment.provider_id, shipment.connector_id = provider.id, account.connector
    shipment.account, shipment.option_name = account.place, option.name
    shipment.product, shipment.services = option.product, list(option.services)
    shipment.label_format = option.label_format


def _tell(context: StepContext, shipment: Shipment, choice: DeliveryChoice, verdict: Verdict) -> None:
    what = choice.name or choice.product
    offer = _offer(context, choice)
    if offer is not None and offer.option.name != shipment.option_name:
        verdict.warning(
            f"{shipment}: the shopper chose {what}, but {shipment.option_name} was asked to book it before; see there what"
            " became of that"
        )
    elif offer is not None:
        verdict.success(f"{shipment}: the shopper chose {what}; {shipment.option_name} books it")
    else:
        verdict.warning(
            f"{shipment}: the shopper chose {what} ({choice.product}), which no single option has among its Checkout"
            f" Codes; {shipment.option_name} stays"
        )
    if choice.note:
        verdict.warning(f"{shipment}: {choice.note}")
