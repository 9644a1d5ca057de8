"""No list of the admin asks the database more for more rows, and no page more than thirty times."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shipping.models import PrintJob, PrintState
from tenants.scoping import TenantModel, platform_scope
from tests.config.world import make_world
from tests.factories.connectors import make_connector
from tests.factories.tenants import MembershipFactory, StoreFactory, UserFactory
from workflows.models import InventoryLevel, Order, ProductFeed, ScheduledRun

MOST = 31
PAGES = [model for model in admin.site._registry if issubclass(model, TenantModel)]


@pytest.fixture
def tenant(db):
    return make_world("Minelle")


@pytest.fixture
def client(tenant):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant).user)
    return client


def queries(client, url):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200, url
    return [re.sub(r"'[^']*'|\b\d+\b", "?", query["sql"]) for query in seen]


def multiply(model, tenant, numbers):
    """Copies of the tenant's first row, different where a row of its own has to be."""
    with platform_scope("the test makes rows"):
        row = model._base_manager.filter(tenant=tenant).order_by("pk").first()
        top = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
        copies = [_copy(model, row, top, number) for number in numbers]
        model._base_manager.bulk_create(copies, ignore_conflicts=True)
        _count_on(model)
        made = set(
            model._base_manager.filter(pk__in=[copy.pk for copy in copies]).values_list("pk", flat=True)
        )
        for copy in copies:
            if copy.pk in made:
                _one_to_ones(model, row, copy)
        return len(made)


def _count_on(model):
    """PostgreSQL does not know of keys that it has not drawn itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _copy(model, row, top, number):
    copy = model(**{name: getattr(row, name) for name in _names(model)})
    for field in model._meta.concrete_fields:
        if field.primary_key:
            setattr(copy, field.attname, field.get_default() if field.has_default() else top + number)
        elif field.get_internal_type() == "CharField" and not field.choices and field.max_length > 10:
            value = getattr(copy, field.attname)
            setattr(copy, field.attname, f"{value[: field.max_length - 3]}{number}" if value else value)
        elif field.get_internal_type() == "PositiveIntegerField":
            setattr(copy, field.attname, (getattr(copy, field.attname) or 0) + number)
        elif field.name in {"slot", "day"}:
            setattr(copy, field.attname, getattr(copy, field.attname) + timedelta(days=number))
        elif field.name == "user":
            copy.user = UserFactory()
        elif field.name in {"live", "current"}:
            setattr(copy, field.name, None)
        elif field.name == "connector" and model is ProductFeed:
            copy.connector_id = make_connector(row.tenant, "webhook", connector_id=f"feed{number}").pk
        elif field.name == "store" and model is InventoryLevel:
            copy.store = StoreFactory(tenant=row.tenant)
    return copy


def _names(model):
    return [field.attname for field in model._meta.concrete_fields]


def _one_to_ones(model, row, copy):
    """Rows such as a connector's tab of markets, which the original has."""
    for relation in model._meta.related_objects:
        if relation.one_to_one and relation.related_model._meta.pk.name == "id":
            beside = relation.related_model._base_manager.filter(**{relation.field.name: row}).first()
            if beside is not None:
                beside.pk, beside._state.adding = None, True
                setattr(beside, relation.field.attname, copy.pk)
                for field in beside._meta.concrete_fields:
                    if field.unique and field.has_default() and not field.primary_key:
                        setattr(beside, field.attname, field.get_default())
                    elif field.one_to_one and field.null:
                        setattr(beside, field.attname, None)
                beside.save()


@pytest.mark.thorough
def test_no_list_asks_more_for_more_rows(client, tenant):
    """A first look fills caches."""
    grown, many, thin = {}, {}, []
    with platform_scope("only one run of a task, and one print of a label, may be open"):
        ScheduledRun._base_manager.update(state=ScheduledRun.State.SUCCEEDED)
        PrintJob._base_manager.update(state=PrintState.PRINTED)
    for model in PAGES:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        multiply(model, tenant, range(1, 3))
        client.get(url)
        few = queries(client, url)
        if multiply(model, tenant, range(3, 12)) < 9:
            thin.append(model._meta.label)
        client.get(url)
        more = queries(client, url)
        if len(more) > len(few):
            grown[model._meta.label] = [
                sql for sql, number in Counter(more).items() if number > few.count(sql)
            ]
        if len(more) > MOST:
            many[model._meta.label] = len(more)
    assert (grown, many, thin) == ({}, {}, [])


def test_pages_of_our_own_and_the_order_s_ask_little(client, tenant):
    with platform_scope("the test looks for the order"):
        order = Order._base_manager.filter(tenant=tenant).first()
    pages = [
        "/admin/",
        "/admin/?span=7d",
        reverse("admin:workflows_order_change", args=[order.pk]),
        f"{reverse('admin:workflows-resolution')}?name=Webhook&order={order.number}",
    ]
    for url in pages:
        client.get(url)
        assert len(queries(client, url)) <= MOST, url
