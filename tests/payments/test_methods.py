"""Payment methods: drafts, publications, and which one an order means."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from connectors.publishing import PublishRefused, publish, retire
from connectors.references import references
from connectors.runtime import runtime
from connectors.versions import roll_back
from payments.methods import KIND, UnknownPaymentMethod, find_method
from payments.models import PaymentMethod
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.payments import PaymentMethodFactory, publish_payment_method
from tests.factories.tenants import MarketFactory, TenantFactory


@pytest.fixture
def tenant(db):
    found = TenantFactory()
    with tenant_scope(found):
        yield found


def test_only_what_is_published_runs(tenant):
    method = publish_payment_method(tenant, name="card")
    method.payment_method_name = "Credit card"
    method.save()
    (live,) = runtime(tenant.pk).of(KIND).values()
    assert (live.id, live.name, live.payment_method_name) == (method.pk, "card", "Card")
    assert live.connector in runtime(tenant.pk).connectors

    publish(method)
    (live,) = runtime(tenant.pk).of(KIND).values()
    assert live.payment_method_name == "Credit card"


def test_markets_are_published_by_code_and_no_market_means_all(tenant):
    norway = MarketFactory(tenant=tenant, code="NOR")
    method = publish_payment_method(tenant, name="card", markets=[norway])
    assert method.live.document["valid_on_markets"] == ["NOR"]
    live = runtime(tenant.pk)
    assert find_method(live, "CARD", "nor").id == method.pk
    with pytest.raises(UnknownPaymentMethod, match="not valid on market SWE; valid there: none"):
        find_method(live, "card", "SWE")

    method.valid_on_markets.clear()
    publish(method)
    assert find_method(runtime(tenant.pk), "card", "SWE").id == method.pk


def test_a_payment_method_name_finds_the_one_that_serves_the_market(tenant):
    markets = {code: MarketFactory(tenant=tenant, code=code) for code in ("NOR", "SWE")}
    methods = {
        code: publish_payment_method(tenant, name=f"card-{code}", markets=[market])
        for code, market in markets.items()
    }
    live = runtime(tenant.pk)
    assert find_method(live, "Card", "SWE").id == methods["SWE"].pk
    publish_payment_method(tenant, name="another", markets=[markets["SWE"]])
    with pytest.raises(UnknownPaymentMethod, match=r"several .* use the Name of one: another, card-SWE"):
        find_method(runtime(tenant.pk), "card", "SWE")


def test_a_misspelt_name_suggests_the_right_one(tenant):
    publish_payment_method(tenant, name="invoice")
    with pytest.raises(UnknownPaymentMethod, match="did you mean invoice"):
        find_method(runtime(tenant.pk), "invioce", "NOR")


def test_a_retired_method_takes_no_new_orders(tenant):
    method = publish_payment_method(tenant, name="card")
    retire(method)
    with pytest.raises(UnknownPaymentMethod):
        find_method(runtime(tenant.pk), "card", "NOR")
    assert method.pk in runtime(tenant.pk).of(KIND, retired=True)


def test_names_are_unique_in_a_tenant_in_any_case(tenant):
    PaymentMethodFactory(tenant=tenant, name="Card")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentMethodFactory(tenant=tenant, name="card")


def test_saving_a_draft_leaves_a_history(tenant):
    method = PaymentMethodFactory(tenant=tenant, name="card")
    method.name = "bank card"
    method.save()
    assert [row.name for row in method.history.all()] == ["bank card", "card"]


def test_a_method_is_not_published_over_a_connector_that_takes_no_payments(tenant):
    method = PaymentMethodFactory(tenant=tenant, connector=make_connector(tenant, "webhook"))
    publish(method.connector)
    with pytest.raises(PublishRefused, match="takes no payments"):
        publish(method)


def test_a_method_is_not_published_before_its_connector(tenant):
    with pytest.raises(PublishRefused, match="is not published; publish it too"):
        publish(PaymentMethodFactory(tenant=tenant))


def test_a_method_whose_markets_are_all_switched_off_is_not_published(tenant):
    method = publish_payment_method(tenant, name="card")
    method.valid_on_markets.add(MarketFactory(tenant=tenant, code="NOR", is_active=False))
    with pytest.raises(PublishRefused, match="switched off"):
        publish(method)


def test_a_shared_name_for_shoppers_is_a_warning(tenant):
    publish_payment_method(tenant, name="first")
    second = PaymentMethodFactory(tenant=tenant, name="second")
    publish(second.connector)
    with pytest.raises(PublishRefused, match="first has the same Payment Method Name"):
        publish(second, confirmed=())
    assert publish(second, confirmed=["shared_name"]).number == 1


def test_roll_back_restores_the_draft_with_its_markets(tenant):
    norway, sweden = (MarketFactory(tenant=tenant, code=code) for code in ("NOR", "SWE"))
    method = publish_payment_method(
        tenant, name="card", markets=[norway], options={"ReturnUrl": "https://a.example"}
    )
    method.name, method.options = "bank card", {}
    method.save()
    method.valid_on_markets.set([sweden])
    roll_back(method, 1)
    method.refresh_from_db()
    assert (method.name, method.options) == ("card", {"ReturnUrl": "https://a.example"})
    assert list(method.valid_on_markets.all()) == [norway]


def test_roll_back_to_a_name_that_is_taken_changes_nothing(tenant):
    method = publish_payment_method(tenant, name="card")
    PaymentMethod.objects.update(name="other")
    publish_payment_method(tenant, name="CARD")
    with pytest.raises(ValidationError, match="Another payment method has this name"):
        roll_back(method, 1)
    assert PaymentMethod.objects.get(pk=method.pk).name == "other"


def test_connectors_know_the_methods_that_use_them(tenant):
    method = publish_payment_method(tenant, name="card")
    found = references(runtime(tenant.pk))
    assert [(item.where, item.object_id) for item in found if item.object_id] == [
        ("Payment method card", method.connector_id)
    ]
