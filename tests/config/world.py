"""A tenant with a row behind every page of the admin, each saying whose it is."""

from uuid import uuid4

from django.utils import timezone

from connectors.gateways.publication import publish_with_connector
from connectors.models import Connector, Effect, InboundWebhook
from eventlog.events import Category
from shipping.models import PrintJob
from tenants.models import ApiKey, Role, Tenant
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.events import record_event
from tests.factories.notifications import (
    NotificationTemplateFactory,
    ReceivedMailFactory,
    SentMessageFactory,
)
from tests.factories.payments import PaymentFactory, publish_payment_method
from tests.factories.shipping import ShipmentFactory, ShippingProviderFactory
from tests.factories.subscriptions import make_subscription
from tests.factories.tenants import (
    MarketFactory,
    MarketGroupFactory,
    MembershipFactory,
    StoreFactory,
    TenantFactory,
    UserFactory,
)
from tests.factories.workflows import (
    CustomerFactory,
    InventoryLevelFactory,
    ProductFactory,
    publish_order_type,
)
from workflows.inbound.placing import create_delivery
from workflows.models import (
    FeedBuild,
    FeedProblem,
    ImportedObject,
    Order,
    Product,
    ProductFeed,
    ScheduledTask,
    StepGroup,
    SyncItem,
)
from workflows.orders import add_error, create_order


def make_world(mark: str) -> Tenant:
    """`mark` is in every name; a single word."""
    tenant = TenantFactory(slug=mark.lower())
    MembershipFactory(tenant=tenant, user=UserFactory(username=mark), role=Role.TENANT_ADMIN)
    with tenant_scope(tenant):
        _places(tenant, mark)
        _configuration(tenant, mark)
        _trade(tenant, mark)
        _shipping(tenant, mark)
        _tasks(tenant, mark)
        _records(tenant, mark)
        ApiKey.issue(tenant, mark, ["*"])
    return tenant


def _places(tenant: Tenant, mark: str) -> None:
    market = MarketFactory(tenant=tenant, code=mark)
    market.groups.add(MarketGroupFactory(tenant=tenant, code=f"{mark}-group"))
    StoreFactory(tenant=tenant, code=f"{mark}-store", market=market)


def _configuration(tenant: Tenant, mark: str) -> None:
    publish_connector(
        tenant,
        display_name=mark,
        connector_id=mark,
        bearer_token=f"{mark}-token-0123456789",
        properties={f"{mark}Key": mark},
        headers={f"X-{mark}": mark},
        field_mapping={f"Properties.{mark}": mark},
        enabled_markets=[mark],
    )
    publish_payment_method(tenant, name=mark, payment_method_name=mark)
    group = StepGroup.objects.create(name=mark)
    group.steps.create(name="AddTag", properties={"Tag": mark}, enabled_for_markets=[mark])
    steps = [{"name": "ExportOrder", "connector": "Webhook", "connector_id": mark}, {"group": group}]
    publish_order_type(tenant, mark, {mark: {"steps": steps}})


def _trade(tenant: Tenant, mark: str) -> None:
    product = ProductFactory(tenant=tenant, sku=mark)
    CustomerFactory(tenant=tenant, number=mark)
    lines = [{"sku": mark, "quantity": "3"}]
    create_delivery({"number": mark, "supplier": mark, "store": f"{mark}-store", "lines": lines})
    InventoryLevelFactory(tenant=tenant, product=product, store=StoreFactory(tenant=tenant, code=f"{mark}-2"))
    data = {"number": mark, "market": mark, "customer": {"email": f"{mark}@buyer.example"}}
    order = create_order({**data, "lines": [{"sku": mark, "quantity": "1", "unit_price": "1.00"}]})
    add_error(order.pk, mark, mark)


def _shipping(tenant: Tenant, mark: str) -> None:
    account = {
        "merchant_id": mark,
        "bearer_token": f"{mark}-bring-0123456789",
        "properties": {"CustomerNumber": mark},
    }
    carrier = make_connector(tenant, "bring", connector_id=f"{mark}-bring", **account)
    provider = ShippingProviderFactory(tenant=tenant, name=mark, connector=carrier, options=[{"name": mark}])
    publish_with_connector(provider)
    order = Order.objects.get(number=mark)
    shipment = ShipmentFactory(tenant=tenant, order=order, provider=provider, option_name=mark)
    PrintJob.objects.create(shipment=shipment, requested_by=mark, workstation=mark)


def _tasks(tenant: Tenant, mark: str) -> None:
    connector, now = Connector.objects.get(display_name=mark), timezone.now()
    task = ScheduledTask.objects.create(name=mark, type=mark, cron="0 * * * *", connector=connector)
    task.runs.create(slot=now, message=mark)
    ImportedObject.objects.create(
        connector=connector, external_id=mark, number=mark, first_seen_at=now, seen_at=now
    )
    feed = ProductFeed.objects.create(connector=connector, fetched_by=mark, fetched_at=now)
    feed.current = FeedBuild.objects.create(
        feed=feed, run_id=1, extension="xml", started_at=now, missing={mark: 1}
    )
    feed.save()
    product = Product.objects.get(sku=mark)
    FeedProblem.objects.create(build=feed.current, product=product, left_out=True, remarks=[["gtin", mark]])
    SyncItem.objects.create(
        connector=connector,
        kind="product",
        direction="in",
        key=mark,
        state="failed",
        reason=mark,
        seen_at=now,
    )
    NotificationTemplateFactory(tenant=tenant, name=mark, subject=mark)
    order = Order.objects.get(number=mark)
    SentMessageFactory(tenant=tenant, order=order, connector=connector, template_name=mark, recipient=mark)
    ReceivedMailFactory(tenant=tenant, order=order, connector=connector, sender=mark, subject=mark)


def _records(tenant: Tenant, mark: str) -> None:
    connector, now = Connector.objects.get(display_name=mark), timezone.now()
    PaymentFactory(tenant=tenant, order=Order.objects.get(number=mark), provider_id=mark)
    Effect.objects.create(
        connector=connector, operation="export", subject=mark, key=uuid4(), created_at=now, modified_at=now
    )
    InboundWebhook.objects.create(
        connector=connector, event_id=mark, method="POST", url=mark, received_at=now
    )
    subscription = make_subscription(tenant, f"https://{mark}.example/events", name=mark, stores=[mark])
    subscription.headers.create(name=f"X-{mark}", value=mark)
    record_event(tenant, category=Category.CONNECTOR, message=mark, store=mark, order_number=mark)
    subscription.deliveries.get().tries.create(number=1, at=now, duration_ms=1, error=mark)
