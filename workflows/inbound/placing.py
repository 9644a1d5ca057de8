"""New inbound deliveries, and what staff do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.models import Store
from workflows import lookups
from workflows.models import EXPECTED, InboundDelivery, InboundLine, InboundState, Product
from workflows.problems import DuplicateCode, FieldErrors, InvalidData


def create_delivery(data: Mapping[str, Any]) -> InboundDelivery:
    """`data` is number, store (code), supplier, expected_on, and lines of sku and quantity.

    Raises InvalidData with all that is wrong, and DuplicateCode when the tenant has a delivery of this number.
    """
    errors = FieldErrors()
    store = lookups.store(data["store"], errors)
    products = _products(data["lines"], errors)
    if errors or store is None:
        raise InvalidData(errors.found)
    try:
        with transaction.atomic():
            return _created(data, store, products)
    except IntegrityError:
        if not InboundDelivery.objects.filter(number=data["number"]).exists():
            raise
        raise DuplicateCode(
            "number", f"there already is an inbound delivery {data['number']}; use another number"
        ) from None


def announce_again(deliveries: QuerySet[InboundDelivery]) -> int:
    """Those of which nothing has come yet are announced by the task's next run; how many."""
    again = deliveries.filter(state__in=[InboundState.REFUSED, InboundState.ANNOUNCED])
    return again.update(state=InboundState.NEW, problem="", modified_at=timezone.now())


def close(deliveries: QuerySet[InboundDelivery]) -> int:
    """Nothing more is expected of them; how many were open."""
    return deliveries.filter(state__in=EXPECTED).update(
        state=InboundState.CLOSED, problem="", modified_at=timezone.now()
    )


def _products(lines: Sequence[Mapping[str, Any]], errors: FieldErrors) -> dict[str, Product]:
    wanted = {line["sku"] for line in lines}
    known = lookups.products(wanted)
    near = lookups.near_skus(wanted - known.keys()) if wanted - known.keys() else []
    for place, line in enumerate(lines):
        row = errors.under("lines").under(place)
        if line["sku"] not in known:
            lookups.refuse_sku(line["sku"], near, row)
        if Decimal(line["quantity"]) <= 0:
            row.add("quantity", "This is 0; send how many pieces are on their way")
    return known


def _created(data: Mapping[str, Any], store: Store, products: Mapping[str, Product]) -> InboundDelivery:
    delivery = InboundDelivery.objects.create(
        number=data["number"],
        supplier=data.get("supplier", ""),
        expected_on=data.get("expected_on"),
        store=store,
    )
    rows = [
        InboundLine(
            tenant_id=delivery.tenant_id,
            delivery=delivery,
            number=number,
            product=products[line["sku"]],
            quantity=Decimal(line["quantity"]),
        )
        for number, line in enumerate(data["lines"], 1)
    ]
    InboundLine.objects.bulk_create(rows)
    return delivery
