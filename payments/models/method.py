from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from connectors.models import Connector, Publishable
from tenants.models import Market
from tenants.scoping import scoped_history


class PaymentMethod(Publishable):
    """The draft of what a merchant offers at checkout: name and markets over a connector of Category Payment.

    Provider Name, Merchant ID, API Token and Base URL are the connector's own; see connectors/gateways.
    """

    name = models.CharField(
        "Name", max_length=100, help_text="Unique; orders name their payment method by it, in any case."
    )
    payment_method_name = models.CharField(
        "Payment Method Name", max_length=100, blank=True, help_text="What shoppers and staff read."
    )
    connector = models.ForeignKey(
        Connector, verbose_name="Connector", on_delete=models.PROTECT, related_name="payment_methods"
    )
    valid_on_markets = models.ManyToManyField(
        Market,
        verbose_name="Valid On Markets",
        blank=True,
        related_name="+",
        help_text="Empty means all markets.",
    )
    options = models.JSONField("Options", default=dict, blank=True)

    history = scoped_history(excluded_fields=["live"], m2m_fields=[valid_on_markets])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="payment_method_name",
                violation_error_message="Another payment method has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.payment_method_name or self.name
