"""What exports may look at: nothing may become visible behind their cursor."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenants.scoping import tenant_scope
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import make_shop
from workflows.catalog import save_many, set_inventory, write_levels
from workflows.models import InventoryLevel, Product
from workflows.stock import settled


@pytest.mark.django_db
def test_a_server_whose_clock_is_behind_writes_no_changes_behind_the_cursor(monkeypatch: Any) -> None:
    shop = make_shop()
    with tenant_scope(shop.tenant):
        store = StoreFactory(tenant=shop.tenant)
        product, before = Product.objects.first(), timezone.now() - timedelta(seconds=1)
        assert product is not None
        behind = before - timedelta(minutes=5)
        monkeypatch.setattr(timezone, "now", lambda: behind)
        product.save()
        level = set_inventory(sku=product.sku, store=store.code, on_hand=Decimal(3))
        assert Product.objects.get(pk=product.pk).modified_at > before
        assert InventoryLevel.objects.get(pk=level.pk).modified_at == level.modified_at > before
        save_many(Product, "sku", {0: {"sku": product.sku, "name": "Other"}})
        write_levels({(product.pk, store.pk): Decimal(4)})
        product.refresh_from_db()
        level.refresh_from_db()
        assert (product.name, level.on_hand) == ("Other", 4)
        assert min(product.modified_at, level.modified_at) > before


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_what_a_long_transaction_has_changed_is_waited_for(monkeypatch: Any) -> None:
    monkeypatch.setattr(settled, "SETTLED_AFTER", timedelta(0))
    shop = make_shop()
    written, go_on = Event(), Event()

    def change() -> None:
        with tenant_scope(shop.tenant), transaction.atomic():
            Product.objects.get(sku="A").save()
            written.set()
            go_on.wait(20)
        connection.close()

    thread = Thread(target=change)
    thread.start()
    assert written.wait(20)
    until = settled.settled_until()
    go_on.set()
    thread.join()
    with tenant_scope(shop.tenant):
        changed = Product.objects.get(sku="A").modified_at
    assert until < changed < settled.settled_until()
