import pytest
from django.db import IntegrityError, transaction

from tenants.models import Market, Store
from tenants.scoping import tenant_scope
from tenants.together import KeptRows, Together, newest_key, row_of
from tests.factories.tenants import MarketFactory, StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_ours(ours):
    with tenant_scope(ours):
        yield


def test_rows_that_refer_to_one_that_is_inserted_along_with_them(ours, in_ours):
    old = MarketFactory(tenant=ours, code="OLD", name="100% 'old'; --")
    like = MarketFactory.build(tenant=ours, code="NEW", name="100% 'new'; --", is_active=False)
    together = Together()
    together.update(Market, old.pk, {"name": "now 5 % of %s", "is_active": False, "language": ""})
    place = together.insert(Market, [row_of(like, "id", "tenant_id")], tenant_id=str(ours.pk))
    stores = [row_of(StoreFactory.build(tenant=ours, code=code), "id") for code in ("A", "B")]
    also = together.insert(Store, stores)
    answers = together.run()
    ((key,),) = answers[place]
    assert [Store.objects.get(pk=pk).code for (pk,) in answers[also]] == ["A", "B"]
    market = Market.objects.get(pk=key)
    assert (market.code, market.name, market.is_active, market.tenant_id) == (
        "NEW",
        like.name,
        False,
        ours.pk,
    )
    old.refresh_from_db()
    assert (old.name, old.is_active, old.language) == ("now 5 % of %s", False, "")
    assert together.run() == []


def test_nothing_is_kept_of_statements_of_which_one_fails(ours, in_ours):
    old = MarketFactory(tenant=ours, code="OLD", name="old")
    together = Together()
    together.update(Market, old.pk, {"name": "new"})
    together.insert(Market, [row_of(MarketFactory.build(tenant=ours, code="OLD"), "id")])
    with pytest.raises(IntegrityError), transaction.atomic():
        together.run()
    old.refresh_from_db()
    assert old.name == "old"


def test_the_newest_key_is_that_of_this_transaction(ours, in_ours):
    together = Together()
    place = together.insert(Market, [row_of(MarketFactory.build(tenant=ours, code="X"), "id")])
    told = together.add(f"SELECT {newest_key(Market)}")
    answers = together.run()
    assert answers[place] == answers[told]


def test_rows_that_are_kept_go_in_again_with_other_values_for_all(ours, theirs):
    kept = KeptRows(Store, [row_of(StoreFactory.build(code=code), "id", "tenant_id") for code in "AB"])
    for tenant in (ours, theirs):
        together = Together()
        together.insert_kept(kept, {"tenant_id": tenant.pk})
        together.run()
        with tenant_scope(tenant):
            assert sorted(Store.objects.values_list("code", flat=True)) == ["A", "B"]
