from __future__ import annotations

from django.db import models

from payments.models.payment import Payment
from tenants.scoping import TenantModel


class Checkout(TenantModel):
    """A payment that was begun at checkout, with what its provider was told there.

    `key` is the caller's Idempotency-Key with its API key: whoever repeats it means this payment. `cart` is the
    shop's own reference until an order takes the payment over. `operation` is what opened it.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="checkout")
    key = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    cart = models.CharField(max_length=64, blank=True)
    market = models.CharField(max_length=50)
    operation = models.CharField(max_length=20)
    language = models.CharField(max_length=20, blank=True)
    return_url = models.TextField(blank=True)
    cancel_url = models.TextField(blank=True)
    redirect_url = models.TextField(blank=True)
    billing = models.JSONField(default=dict, blank=True)
    lines = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="checkout_key")]
        indexes = [models.Index(fields=["tenant", "cart"], name="checkout_cart")]

    def __str__(self) -> str:
        return self.cart or str(self.payment)
