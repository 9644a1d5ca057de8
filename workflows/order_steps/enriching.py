"""Steps that add to an order what we know: EnrichOrderFromProducts, GetOrCreateCustomerFromOrder."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from connectors.schema import Boolean, Settings
from workflows.models import Customer, Order, OrderLine
from workflows.orders import lock_order
from workflows.steps.base import Plan, Result, Step, StepContext
from workflows.steps.registry import register

_KEPT = ("email", "phone", "first_name", "last_name", "company")


@register
class EnrichOrderFromProducts(Step):
    """Copies the products' properties, and names that are missing, to the order's lines. Prices stay as ordered."""

    name = "EnrichOrderFromProducts"
    label = "Enrich order from products"

    class properties(Settings):
        overwrite = Boolean(
            "Overwrite",
            key="Overwrite",
            default=False,
            required=False,
            help="Also replace what the line says already.",
        )

    def plan(self, context: StepContext) -> Plan:
        order = lock_order(context.order.id)
        lines = list(order.lines.select_related("product").order_by("number"))
        changed = [line for line in lines if _enrich(line, context.properties.overwrite)]
        if not changed:
            return Plan.done(Result.success("Nothing to add"))
        OrderLine.objects.bulk_update(changed, ["name", "properties"])
        _touch(order, [])
        numbers = ", ".join(str(line.number) for line in changed)
        return Plan.done(Result.success(f"Added to line{'s' if len(changed) > 1 else ''} {numbers}"))


def _enrich(line: OrderLine, overwrite: bool) -> bool:
    """Whether the line says more now."""
    before = (line.name, line.properties)
    product = line.product
    if overwrite or line.name in {"", line.sku}:
        line.name = product.name
    known: Mapping[str, Any] = product.properties
    line.properties = {**line.properties, **known} if overwrite else {**known, **line.properties}
    return (line.name, line.properties) != before


@register
class GetOrCreateCustomerFromOrder(Step):
    """Finds the customer by number, then by e-mail address, else makes one; the same address never makes two."""

    name = "GetOrCreateCustomerFromOrder"
    label = "Get or create customer from order"

    def plan(self, context: StepContext) -> Plan:
        order = lock_order(context.order.id)
        if order.customer_id:
            return Plan.done(Result.success("Has its customer"))
        given: dict[str, str] = order.customer_data
        if not (given.get("number") or given.get("email")):
            return Plan.done(Result.warning("The order tells neither customer number nor e-mail address"))
        found = _known(given)
        order.customer = found or _created(order, given)
        _touch(order, ["customer"])
        verb = "Is" if found else "Made"
        return Plan.done(Result.success(f"{verb} customer {order.customer.number}"))


def _known(given: Mapping[str, str]) -> Customer | None:
    """By number, which alone decides where it is given; else the first with the address."""
    if given.get("number"):
        return Customer.objects.filter(number=given["number"]).first()
    return Customer.objects.filter(email__iexact=given["email"]).order_by("id").first()


def _created(order: Order, given: Mapping[str, str]) -> Customer:
    """Another order of the same new customer may be doing this right now: the number decides, not who is first."""
    number = given.get("number") or _number(order, given["email"])
    values = {name: given[name] for name in _KEPT if given.get(name)}
    return Customer.objects.bulk_create(
        [Customer(tenant_id=order.tenant_id, number=number, **values)],
        update_conflicts=True,
        unique_fields=["tenant", "number"],
        update_fields=["modified_at"],
    )[0]


def _number(order: Order, email: str) -> str:
    made = uuid.uuid5(uuid.NAMESPACE_URL, f"customer:{order.tenant_id}:{email.strip().lower()}")
    return f"C-{made.hex[:12].upper()}"


def _touch(order: Order, fields: list[str]) -> None:
    order.version += 1
    order.save(update_fields=[*fields, "version", "modified_at"])
