"""A small merchant for tests and long runs: one payment provider and two receivers, all of which know idempotency keys."""

from __future__ import annotations

from django.db import transaction

from config.demo import ground, systems
from config.demo.charts import Status, Step, draw
from connectors.publishing import publish
from payments.models import PaymentMethod
from tenants.models import ApiKey
from tenants.scoping import tenant_scope

_TELL = Step("Notification", "Webhook", "mail")
_CHART = (
    Status("New", ("InProgress", "OrderCanceled"), (Step("AuthorizePayment", stop_on_error=True), _TELL)),
    Status("InProgress", ("Ship", "OrderCanceled"), (Step("ExportOrder", "Webhook", "erp", True),)),
    Status(
        "Ship",
        ("Completed",),
        (Step("CapturePayments", stop_on_error=True), Step("ExportOrder", "Webhook", "erp"), _TELL),
    ),
    Status("Completed", (), (_TELL,)),
    Status("OrderCanceled", (), (Step("CancelPayments"), _TELL)),
)


def seed() -> str:
    """Create everything in one transaction and publish it; returns the API key."""
    with transaction.atomic():
        tenant, user = ground.open_tenant()
        with tenant_scope(tenant):
            ground.lay()
            [stripe] = systems.create(tenant, "stripe").values()
            receivers = [
                systems.webhook(tenant, "erp", "ERP", "webhook/erp/{status}"),
                systems.webhook(tenant, "mail", "Mail service", "webhook/mail"),
            ]
            for connector in (stripe, *receivers):
                publish(connector, user=user)
            method = PaymentMethod.objects.create(name="Stripe", payment_method_name="Card", connector=stripe)
            publish(method, user=user)
            publish(draw("Online", _CHART, is_default=True), user=user)
            return ApiKey.issue(tenant, "Web shop", ["*"], created_by=user)[1]
