"""Rows of workflows/, and a tenant that can take orders. Nothing here needs a scope."""

from dataclasses import dataclass, field
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from connectors.publishing import publish
from tenants.models import Market, Tenant
from tenants.scoping import tenant_scope
from tests.factories.tenants import MarketFactory, StoreFactory, TenantFactory
from workflows.models import (
    Customer,
    InventoryLevel,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Product,
    WorkflowStep,
)

ONLINE = {
    "New": {"next": ["InProgress", "OrderCanceled"]},
    "InProgress": {"next": ["Ship", "OrderCanceled"]},
    "Ship": {"next": ["Completed"]},
    "Completed": {"is_completed": True},
    "OrderCanceled": {"is_canceled": True},
}


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    tenant = factory.SubFactory(TenantFactory)
    number = factory.Sequence(lambda n: f"C{n}")
    email = factory.LazyAttribute(lambda customer: f"{customer.number.lower()}@buyer.example")
    first_name = "Kari"
    last_name = "Nordmann"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    tenant = factory.SubFactory(TenantFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    name = factory.LazyAttribute(lambda product: f"Product {product.sku}")
    price = Decimal("199.00")
    currency = "NOK"
    tax_rate = Decimal("25")


class InventoryLevelFactory(DjangoModelFactory):
    class Meta:
        model = InventoryLevel

    tenant = factory.SubFactory(TenantFactory)
    product = factory.SubFactory(ProductFactory, tenant=factory.SelfAttribute("..tenant"))
    store = factory.SubFactory(StoreFactory, tenant=factory.SelfAttribute("..tenant"))
    on_hand = Decimal(10)


class OrderFactory(DjangoModelFactory):
    """A bare order; `workflows.orders.create_order` makes whole ones."""

    class Meta:
        model = Order

    tenant = factory.SubFactory(TenantFactory)
    number = factory.Sequence(lambda n: f"T{n}")
    order_type = "Online"
    status = "New"
    market = factory.SubFactory(MarketFactory, tenant=factory.SelfAttribute("..tenant"))
    currency = factory.SelfAttribute("market.currency")
    total = Decimal("398.00")
    tax_total = Decimal("79.60")


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    tenant = factory.SelfAttribute("order.tenant")
    order = factory.SubFactory(OrderFactory)
    number = factory.Sequence(lambda n: n + 1)
    product = factory.SubFactory(ProductFactory, tenant=factory.SelfAttribute("..tenant"))
    sku = factory.SelfAttribute("product.sku")
    name = factory.SelfAttribute("product.name")
    quantity = Decimal(2)
    unit_price = Decimal("199.00")
    tax_rate = Decimal(25)
    tax = Decimal("79.60")
    total = Decimal("398.00")


def publish_order_type(tenant: Tenant, name="Online", statuses=ONLINE, **values) -> OrderType:
    """Write and publish an order type.

    `statuses` maps names to {"next": [...], "steps": [...], and fields of OrderStatus}; a step is a name or fields
    of WorkflowStep.
    """
    with tenant_scope(tenant):
        order_type = OrderType.objects.create(tenant=tenant, name=name, **values)
        for position, (status_name, given) in enumerate(statuses.items()):
            rest = {key: value for key, value in given.items() if key not in {"next", "steps"}}
            status = OrderStatus.objects.create(
                order_type=order_type,
                name=status_name,
                position=position,
                allowed_next=given.get("next", []),
                **rest,
            )
            for index, step in enumerate(given.get("steps", [])):
                fields = {"name": step} if isinstance(step, str) else step
                WorkflowStep.objects.create(status=status, position=index, **fields)
        publish(order_type)
    return order_type


@dataclass
class Shop:
    """A tenant with what an order needs: market NOR, products A, B and C, order type Online."""

    tenant: Tenant
    market: Market
    order_type: OrderType
    products: dict[str, Product] = field(default_factory=dict)

    def order_data(self, **values) -> dict:
        """The document of an order of three lines; a value of None leaves the field out."""
        data = {
            "market": self.market.code,
            "customer": {"email": "kari@buyer.example", "first_name": "Kari", "last_name": "Nordmann"},
            "billing": {
                "name": "Kari Nordmann",
                "line1": "Storgata 1",
                "postal_code": "0155",
                "city": "Oslo",
                "country": "NO",
            },
            "lines": [{"sku": sku, "quantity": "1", "unit_price": "100.00"} for sku in self.products],
            **values,
        }
        return {name: value for name, value in data.items() if value is not None}


def make_shop(statuses=ONLINE, skus=("A", "B", "C"), **tenant) -> Shop:
    tenant = TenantFactory(**tenant)
    with tenant_scope(tenant):
        return Shop(
            tenant=tenant,
            market=MarketFactory(tenant=tenant, code="NOR"),
            order_type=publish_order_type(tenant, statuses=statuses),
            products={sku: ProductFactory(tenant=tenant, sku=sku) for sku in skus},
        )
