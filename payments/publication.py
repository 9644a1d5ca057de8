"""Publishing a payment method publishes its connector too, unless that would move money that is under way."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from connectors.documents import connector_document
from connectors.models import Connector, Publication
from connectors.publishing import publish
from payments.models import Payment, PaymentMethod, PaymentState
from tenants.scoping import tenant_scope


def publish_method(
    method: PaymentMethod, *, user: Any = None, comment: str = "", expected: int | None = None
) -> Publication:
    """Publish the method and, where its draft differs, the connector. One transaction.

    Raises PublishConflict, and ValidationError while payments are open that another account or host could not end.
    """
    with transaction.atomic(), tenant_scope(method.tenant_id):
        refuse_to_move_open_payments(method.connector)
        publish(method.connector, user=user, comment=comment)
        return publish(method, user=user, comment=comment, expected=expected)


def refuse_to_move_open_payments(connector: Connector) -> None:
    """Raises ValidationError when the draft is for another account or host than the one that holds open payments."""
    if connector.live is None:
        return
    live, draft = connector.live.document, connector_document(connector)
    changed = [label for label, now, then in _places(draft, live) if now != then]
    count = open_payments(connector) if changed else 0
    if count:
        raise ValidationError(
            f"{' and '.join(changed)} changed while {count} payments of the old account are open. Let them be captured"
            " or cancelled first, or create another payment method for the new account."
        )


def open_payments(connector: Connector) -> int:
    """Payments that the provider still holds something of, or is at work on."""
    held = Q(authorized_minor__gt=F("captured_minor") + F("cancelled_minor"))
    moving = Q(capturing_minor__gt=0) | Q(refunding_minor__gt=0)
    undecided = Q(state__in=[PaymentState.PENDING, PaymentState.UNKNOWN]) & ~Q(provider_id="")
    return Payment.objects.filter(held | moving | undecided, connector=connector).count()


def _places(draft: dict[str, Any], live: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    account = "merchant_id"
    return [
        ("Provider Name", draft["type"], live["type"]),
        ("Base URL", draft["host"], live["host"]),
        ("Is Test", draft["is_test"], live["is_test"]),
        ("Merchant ID", draft["authentication"][account], live["authentication"][account]),
    ]
