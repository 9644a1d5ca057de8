"""The admin's first page, and its empty lists."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenants.models import Market
from tenants.scoping import tenant_scope
from tests.factories.tenants import MarketFactory, MembershipFactory, UserFactory
from tests.factories.workflows import make_shop
from tests.tenants.conftest import logged_in
from tests.tenants.test_admin import LIST, html
from workflows.orders import add_error, create_order

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def test_the_first_page_leads_to_what_waits_for_somebody(superuser):
    shop = make_shop()
    assert "no order has an error" in html(superuser.get(HOME))
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data())
        for key in ("one", "two"):
            add_error(order.pk, key, "down")
    shown = html(superuser.get(HOME))
    errors = f"{reverse('admin:workflows_ordererror_changelist')}?status__exact=Active"
    assert "2 order errors are not solved" in shown and f'href="{errors}"' in shown
    assert order.number in html(superuser.get(errors))


def test_the_first_page_counts_nothing_of_another_tenant(superuser, staff):
    shop = make_shop()
    with tenant_scope(shop.tenant):
        add_error(create_order(shop.order_data()).pk, "one", "down")
    assert "not solved" not in html(staff().get(HOME))


def test_the_first_page_offers_only_what_one_may_see(staff):
    assert "/admin/tenants/tenant/" not in html(staff().get(HOME))


def test_who_has_no_tenant_is_told_to_choose_one(ours, theirs):
    anna = UserFactory()
    for tenant in (ours, theirs):
        MembershipFactory(tenant=tenant, user=anna)
    assert "Choose a tenant" in html(logged_in(anna).get(HOME))


def test_an_empty_list_says_what_it_is_for_and_a_search_that_it_found_nothing(staff, ours):
    shown = html(staff().get(LIST))
    assert "No markets yet" in shown and "A market is where orders are sold" in shown
    assert "Add market" in shown and "Show all" not in shown
    MarketFactory(tenant=ours)
    shown = html(staff().get(LIST, {"q": "zzz"}))
    assert "Nothing fits the search" in shown and "Show all" in shown
    with tenant_scope(ours):
        assert Market.objects.count() == 1
