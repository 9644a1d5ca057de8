"""Mail that came in from customers."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from connectors.models import Connector
from tenants.scoping import TenantModel
from workflows.models.orders import Order


class ReceivedMail(TenantModel):
    """One mail, however often it was handed on. `order` is the one that it is about, `linked_by` how that was found out.

    `is_customers` tells whether its sender's address is one of that order; `is_verified` whether the sender's domain
    vouches for it. Of what was attached only names and sizes are kept.
    """

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    linked_by = models.CharField("how it was linked", max_length=200, blank=True)
    message_id = models.CharField("Message-ID", max_length=255)
    sender = models.CharField("from", max_length=254)
    sender_name = models.CharField("name", max_length=200, blank=True)
    recipients = models.JSONField("to", default=list, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    files = models.JSONField("attachments", default=list, blank=True)
    is_customers = models.BooleanField("from an address of the order", default=False)
    is_verified = models.BooleanField("sender verified", null=True)
    is_automatic = models.BooleanField("automatic", default=False)
    duplicates = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    received_at = models.DateTimeField("received", default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "message_id"], name="received_mail_once"),
        ]
        indexes = [models.Index(fields=["tenant", "-id"], name="received_mail_newest")]

    def __str__(self) -> str:
        return f"Mail {self.pk}"
