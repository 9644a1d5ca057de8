"""What is checked before a payment method, or the connector of payments, goes live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q

from connectors import documents
from connectors.checklist import Finding, Going, error, register, warning
from connectors.models import Connector
from payments.connector_fields import payment_providers
from payments.methods import KIND, methods_of
from payments.models import Payment, PaymentState
from tenants.models import Market


@register(documents.KIND)
def open_payments_keep_their_account(going: Going) -> Iterator[Finding]:
    """Money that is held by one account or host cannot be captured or released through another."""
    if going.obj.live is None:
        return
    live = going.obj.live.document
    changed = [label for label, then, now in _places(live, going.document) if then != now]
    count = open_payments(going.obj) if changed else 0
    if count:
        yield error(
            "open_payments",
            f"{' and '.join(changed)} changed while {count} payments of the old account are open. Let them be captured"
            " or cancelled first, or create another connector for the new account.",
        )


@register(KIND)
def its_connector_takes_payments(going: Going) -> Iterator[Finding]:
    connector = going.obj.connector
    if connector.type not in dict(payment_providers()):
        yield error("provider", f"{connector} takes no payments; choose another connector.", "Connector")
    elif connector.live is None:
        yield error("connector", f"{connector} is not published; publish it too.", "Connector")


@register(KIND)
def some_market_is_left(going: Going) -> Iterator[Finding]:
    codes = going.document["valid_on_markets"]
    if codes and not Market.objects.filter(code__in=codes, is_active=True).exists():
        yield error("markets", "All of its markets are switched off; choose others.", "Valid On Markets")


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
    """Payments of which the provider still holds something, or on which it is at work."""
    held = Q(authorized_minor__gt=F("captured_minor") + F("cancelled_minor"))
    moving = Q(capturing_minor__gt=0) | Q(refunding_minor__gt=0)
    undecided = Q(state__in=[PaymentState.PENDING, PaymentState.UNKNOWN]) & ~Q(provider_id="")
    return Payment.objects.filter(held | moving | undecided, connector=connector).count()


def _places(live: Any, draft: Any) -> list[tuple[str, Any, Any]]:
    """What decides which account is meant, before and after."""
    account = "merchant_id"
    return [
        ("Type", live["type"], draft["type"]),
        ("Host", live["host"], draft["host"]),
        ("Is Test", live["is_test"], draft["is_test"]),
        ("Merchant ID", live["authentication"][account], draft["authentication"][account]),
    ]
