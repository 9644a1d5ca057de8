"""What is checked before a payment method, or the connector of payments, goes live."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from connectors import documents
from connectors.checklist import Finding, Going, error, register, warning
from connectors.contracts.base import Category
from connectors.gateways import checks
from connectors.models import Connector, Effect
from payments.facts import OPENING
from payments.methods import KIND, methods_of
from payments.models import Payment, PaymentState

register(KIND)(checks.some_market_is_left)


@register(documents.KIND)
def open_payments_keep_their_account(going: Going) -> Iterator[Finding]:
    """Money that is held by one account or host cannot be captured or released through another."""
    changed = checks.changed_account(going)
    count = open_payments(going.obj) if changed else 0
    if count:
        yield error(
            "open_payments",
            f"{changed} changed while {count} payments of the old account are open. Let them be captured"
            " or cancelled first, or create another connector for the new account.",
        )


@register(KIND)
def its_connector_takes_payments(going: Going) -> Iterator[Finding]:
    yield from checks.connector_serves(going, Category.PAYMENT, "takes no payments")


@register(KIND)
def its_name_for_shoppers_is_its_own(going: Going) -> Iterator[Finding]:
    """Orders may name a method by either name; by a shared one only where one of the methods is valid."""
    mine = {code.lower() for code in going.document["valid_on_markets"]}
    for other in methods_of(going.runtime):
        shares = other.answers_to(going.document["payment_method_name"]) and other.id != going.obj.pk
        if shares and (not mine or not other.markets or mine & other.markets):
            yield warning(
                "shared_name",
                f"{other.name} has the same Payment Method Name on a market of this one: there orders must use the Name.",
                "Payment Method Name",
            )


def open_payments(connector: Connector) -> int:
    """Payments of which the provider still holds something, or on which it is or may be at work."""
    held = Q(authorized_minor__gt=F("captured_minor") + F("cancelled_minor"))
    moving = Q(capturing_minor__gt=0) | Q(refunding_minor__gt=0)
    undecided = Q(state__in=[PaymentState.PENDING, PaymentState.UNKNOWN]) & ~Q(provider_id="")
    opening = Effect.objects.filter(
        connector=connector,
        operation__in=OPENING,
        subject=Concat(Value("payment:"), OuterRef("reference")),
        state__in=(Effect.State.CALLING, Effect.State.UNKNOWN),
    )
    lost = Q(provider_id="") & Q(Exists(opening))
    return Payment.objects.filter(held | moving | undecided | lost, connector=connector).count()
