import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from tenants.models import Market, Store
from tenants.scoping import (
    ClosedQuerySet,
    ScopeError,
    current_tenant,
    current_tenant_id,
    platform_scope,
    tenant_scope,
)
from tests.factories.tenants import MarketFactory, StoreFactory

pytestmark = pytest.mark.django_db

HARMLESS = {"all", "using", "none", "create", "acreate", "bulk_create", "abulk_create", "as_manager", "db"}
READING = sorted(name for name in dir(models.QuerySet) if not name.startswith("_") and name not in HARMLESS)


@pytest.mark.parametrize("name", READING)
def test_every_reading_method_of_a_queryset_refuses_without_a_tenant(name):
    with pytest.raises(ScopeError, match="Market was queried without a tenant"):
        getattr(Market.objects.all(), name)()


@pytest.mark.parametrize(
    "evaluate",
    [list, len, bool, lambda rows: rows[0], lambda rows: rows | rows, lambda rows: models.Exists(rows)],
)
def test_every_way_to_evaluate_refuses_without_a_tenant(evaluate):
    with pytest.raises(ScopeError):
        evaluate(Market.objects.all())


def test_a_tenant_sees_its_own_rows_only(ours, theirs):
    market = MarketFactory(tenant=ours)
    MarketFactory(tenant=theirs)
    with tenant_scope(ours):
        assert list(Market.objects.all()) == [market]
    with tenant_scope(ours.pk):
        assert Market.objects.get() == market


def test_reverse_and_many_to_many_relations_are_scoped(ours, theirs):
    market = MarketFactory(tenant=ours)
    StoreFactory(tenant=ours, market=market, code="OURS")
    with platform_scope("a row that only a bug can make"):
        StoreFactory(tenant=theirs, market=market, code="THEIRS")
    with tenant_scope(ours):
        assert [store.code for store in market.stores.all()] == ["OURS"]
    with pytest.raises(ScopeError):
        market.stores.count()


def test_the_inner_scope_counts_and_the_outer_comes_back(ours, theirs):
    with tenant_scope(ours):
        with tenant_scope(theirs):
            assert current_tenant() == theirs
        with platform_scope("counting"):
            assert current_tenant_id() is None
        assert current_tenant_id() == ours.pk


def test_no_tenant_is_no_scope():
    with pytest.raises(ScopeError), tenant_scope(None):
        pass
    with pytest.raises(ScopeError):
        current_tenant()


def test_platform_scope_sees_all_and_asks_for_a_reason(ours, theirs):
    MarketFactory(tenant=ours)
    MarketFactory(tenant=theirs)
    with platform_scope("a test"):
        assert Market.objects.count() == 2
    with pytest.raises(ValueError, match="reason"), platform_scope(""):
        pass


def test_a_queryset_named_before_a_scope_opens_inside_one(ours, theirs):
    early = Market.objects.all()
    assert isinstance(early, ClosedQuerySet)
    market = MarketFactory(tenant=ours)
    MarketFactory(tenant=theirs)
    with tenant_scope(ours):
        assert list(early.all()) == [market]


def test_a_new_row_takes_the_tenant_in_scope(ours):
    with tenant_scope(ours):
        market = Market.objects.create(code="NOR", name="Norway", currency="NOK", country="NO")
    assert market.tenant == ours


def test_a_row_of_another_tenant_is_not_saved(ours, theirs):
    market = MarketFactory(tenant=theirs, name="before")
    market.name = "after"
    with tenant_scope(ours), pytest.raises(ScopeError, match="another tenant"):
        market.save()
    with tenant_scope(theirs):
        assert Market.objects.get().name == "before"


def test_a_reference_to_another_tenants_row_is_refused(ours, theirs):
    store = Store(tenant=ours, code="S", name="S", market=MarketFactory(tenant=theirs))
    with tenant_scope(ours), pytest.raises(ValidationError) as refused:
        store.full_clean()
    assert refused.value.message_dict == {"market": ["Choose one of this tenant's own."]}


def test_history_is_scoped_too(ours, theirs):
    market = MarketFactory(tenant=ours)
    MarketFactory(tenant=theirs)
    with tenant_scope(ours):
        assert [row.id for row in Market.history.all()] == [market.pk]
        assert market.history.count() == 1
        assert Market.history.model.objects.count() == 1
    with tenant_scope(theirs):
        assert market.history.count() == 0
    for unscoped in (Market.history.count, market.history.first, Market.history.model.objects.count):
        with pytest.raises(ScopeError):
            unscoped()


OURS = {"tenants", "eventlog", "connectors", "workflows", "payments", "shipping", "config"}
# Belong to no tenant, or are one number that is only ever addressed by the tenant or the key.
ABOVE_TENANTS = {
    "tenants.Tenant",
    "tenants.ApiKeyUse",
    "workflows.Worker",
    "workflows.OrderNumberSequence",
}


def is_link(model):
    """Tables of many-to-many relations hold ids only and are reached through rows that are scoped."""
    return model._meta.auto_created or "m2m_history_id" in {field.name for field in model._meta.fields}


MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS and not is_link(model)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_table_refuses_to_be_read_without_a_tenant(model):
    """A new model has to inherit TenantModel, or say above why it does not."""
    if model._meta.label in ABOVE_TENANTS:
        return
    with pytest.raises(ScopeError):
        model._default_manager.count()


@pytest.mark.parametrize(
    "model", [model for model in MODELS if hasattr(model, "history")], ids=lambda model: model._meta.label
)
def test_every_history_refuses_to_be_read_without_a_tenant(model):
    with pytest.raises(ScopeError):
        model.history.count()
