from __future__ import annotations

from django.db import models

from payments.models.payment import Payment
from tenants.money import Money
from tenants.scoping import TenantModel


class PaymentAct(TenantModel):
    """What one act wants of a payment when it names an amount, pinned when it was first planned.

    A whole capture follows from what is left, however often it is planned anew. A part does not: "100.00 more" said
    again after the provider told of the first 100.00 would be another 100.00. So each try of an act asks for the same
    `amount_minor` on top of the same `before_minor`, what had been captured or refunded by then, as long as an earlier
    try may have been carried out.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="acts")
    operation = models.CharField(max_length=20)
    origin = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField("amount (minor units)")
    before_minor = models.BigIntegerField("moved before (minor units)")
    created_at = models.DateTimeField("created", auto_now_add=True)

    class Meta:
        verbose_name = "part of a payment"
        verbose_name_plural = "parts of payments"
        constraints = [
            models.UniqueConstraint(fields=["payment", "operation", "origin"], name="payment_act"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, before_minor__gte=0), name="payment_act_amounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.amount}"

    @property
    def amount(self) -> Money:
        return self.payment.money(self.amount_minor)

    @property
    def before(self) -> Money:
        return self.payment.money(self.before_minor)
