"""The demo's tenant, configured as an administrator would: drafts first, then published."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from config.demo import carriers, deliveries, ground, parts, systems
from config.demo.charts import Status, Step, draw
from config.demo.flows import flows
from connectors.compiling import webhook_address
from connectors.drafts import create_connector
from connectors.gateways.publication import publish_with_connector
from connectors.models import Connector, Publishable
from connectors.publishing import publish
from payments.models import PaymentMethod
from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from workflows.models import NotificationTemplate, ScheduledTask

#: Names with what shoppers read.
_PAYMENT_METHODS = {
    "Stripe": "Card",
    "Klarna": "Pay later",
    "Vipps": "Vipps",
    "Adyen": "Card by Adyen",
    "PayPal": "PayPal",
}

_ERP, _MAIL = "Dynamics365", "SendGrid"
_TELL = Step("Notification", _MAIL)
_SHIP = (
    Step("CapturePayments", stop_on_error=True),
    Step("CompleteShipment"),
    Step("ExportOrder", _ERP),
    _TELL,
)
_CANCEL = Status("OrderCanceled", (), (Step("CancelPayments"), _TELL))

#: Orders of the merchant's own web shop, which come by API. Both companies' connectors are named Dynamics365: the order's
#: market chooses. The data warehouse is one of several receivers named Webhook, so its step names the Connector ID.
_ONLINE = (
    Status(
        "New",
        ("InProgress", "Ship", "OrderCanceled"),
        (Step("AuthorizePayment", stop_on_error=True), _TELL),
    ),
    Status("InProgress", ("Ship", "OrderCanceled"), (Step("ExportOrder", _ERP, stop_on_error=True),)),
    Status("Ship", ("Completed",), _SHIP),
    Status(
        "Completed",
        (),
        (
            Step("PrintShippingLabel", properties={"PrintQueue": "true"}),
            Step("UpdateShipmentStatus"),
            Step("ExportOrder", "Webhook", "erp"),
            _TELL,
        ),
    ),
    _CANCEL,
)
#: Orders of the shops at Shopify, which has taken the payment and is told of the shipment.
_WEBSHOP = (
    Status("New", ("InProgress", "OrderCanceled"), (_TELL,)),
    Status("InProgress", ("Ship", "OrderCanceled"), (Step("ExportOrder", _ERP, stop_on_error=True),)),
    Status("Ship", ("Completed",), _SHIP),
    Status("Completed", (), (Step("PrintShippingLabel"), Step("ExportOrder", "Shopify"), _TELL)),
    _CANCEL,
)


def seed() -> dict[str, Any]:
    """Create everything in one transaction and publish it.

    `key` is the merchant's API key, which is shown only now; `webhooks` are the addresses of connectors by their name here.
    """
    with transaction.atomic():
        tenant, user = ground.open_tenant()
        with tenant_scope(tenant):
            ground.lay()
            found = systems.create(tenant)
            for flow in flows():
                found |= {
                    name: create_connector(tenant, **{"is_test": True, **how})
                    for name, how in flow.connectors().items()
                }
            for connector in found.values():
                _publish(connector, user)
            for name, shown in _PAYMENT_METHODS.items():
                _publish(_payment_method(name, shown, found[name.lower()]), user)
            for provider in carriers.create(found):
                publish_with_connector(provider, user=user, comment="First version")
            _publish(draw("Online", _ONLINE, is_default=True), user)
            _publish(draw("Webshop", _WEBSHOP), user)
            _publish(draw(parts.ORDER_TYPE, parts.CHART), user)
            _publish(draw(deliveries.ORDER_TYPE, deliveries.CHART), user)
            for flow in flows():
                for name, chart in flow.charts().items():
                    _publish(draw(name, chart), user)
                flow.set_up(found)
            _templates()
            _tasks(found)
            _, plain = ApiKey.issue(tenant, "Web shop", ["*"], created_by=user)
    webhooks = {name: webhook_address(item.webhook_token) for name, item in found.items()}
    return {"key": plain, "webhooks": webhooks}


def _publish(draft: Publishable, user: Any) -> None:
    publish(draft, user=user, comment="First version")


def _payment_method(name: str, shown: str, connector: Connector) -> PaymentMethod:
    options = {"ReturnUrl": "https://nordic-outdoor.example/thanks"}
    return PaymentMethod.objects.create(
        name=name, payment_method_name=shown, connector=connector, options=options
    )


def _templates() -> None:
    NotificationTemplate.objects.create(
        name="Order news",
        statuses=["New", "Ship", "Completed", "OrderCanceled"],
        subject="Order {number}: {status}",
        text="Hello {customer.first_name},\n\nyour order {number} has the status {status}.\n\nNordic Outdoor",
        html="<p>Hello {customer.first_name},</p><p>your order <b>{number}</b> has the status {status}.</p>",
    )
    NotificationTemplate.objects.create(
        name="På vei",
        statuses=["Ship"],
        language="nb",
        subject="Ordre {number} er på vei",
        text="Hei {customer.first_name},\n\npakken din er på vei: {shipments}\n\nNordic Outdoor",
    )


def _tasks(found: dict[str, Connector]) -> None:
    """The first run of each is due at once."""
    shops = {"shopify-norway": "NO-", "shopify-sweden": "SE-"}
    for name, prefix in shops.items():
        _task(
            f"Orders of {found[name].display_name}",
            "ImportOrders",
            found[name],
            {"NumberPrefix": prefix, "OrderType": "Webshop"},
        )
    _task("Stock of Business Central", "ImportInventory", found["d365-norway"], {"Store": "OSL"})


def _task(name: str, kind: str, connector: Connector, properties: dict[str, str]) -> None:
    task = ScheduledTask(
        tenant=connector.tenant,
        name=name,
        type=kind,
        cron="*/10 * * * *",
        connector=connector,
        properties=properties,
    )
    task.full_clean()
    task.save()
    ScheduledTask.objects.filter(pk=task.pk).update(next_due_at=timezone.now())
