"""A kept query finds what the same query finds when it is composed anew, in whatever scope it was composed."""

from datetime import UTC, datetime

import pytest
from django.db.models import Count, F

from tenants.kept import Kept
from tenants.models import Market
from tenants.scoping import ScopeError, platform_scope, tenant_scope
from tests.factories.tenants import MarketFactory, TenantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenants():
    made = [TenantFactory(slug=slug) for slug in ("north", "south")]
    for tenant in made:
        for code in ("AAA", "BBB", "CCC"):
            MarketFactory(tenant=tenant, code=code, name=f"{code} of {tenant.slug}")
    return made


by_code = Kept(lambda codes: Market.objects.filter(code__in=codes).order_by("code"))


def names(rows):
    return [row.name for row in rows]


@pytest.mark.parametrize(
    "codes", [[], ["BBB"], ["CCC", "AAA"], ["AAA", "BBB", "CCC"], ["CCC", "x", "y", "z", "w"]]
)
def test_any_number_of_values(tenants, codes):
    with tenant_scope(tenants[0]):
        assert names(by_code(codes)) == names(Market.objects.filter(code__in=codes).order_by("code"))


def test_one_tenant_never_sees_what_was_composed_for_another(tenants):
    north, south = tenants
    with tenant_scope(north):
        assert names(by_code(["AAA"])) == ["AAA of north"]
    with tenant_scope(south):
        assert names(by_code(["AAA"])) == ["AAA of south"]
    with platform_scope("the test looks at both"):
        assert sorted(names(by_code(["AAA"]))) == ["AAA of north", "AAA of south"]
    with tenant_scope(south):
        assert names(by_code(["AAA"])) == ["AAA of south"]


def test_without_a_scope_it_refuses(tenants):
    with tenant_scope(tenants[0]):
        by_code(["AAA"])
    with pytest.raises(ScopeError):
        by_code(["AAA"])


def test_rows_as_the_query_wants_them(tenants):
    values = Kept(lambda code: Market.objects.filter(code=code).values("code", "tenant__slug"))
    lists = Kept(
        lambda codes: Market.objects.filter(code__in=codes).order_by("-code").values_list("code", flat=True)
    )
    counted = Kept(
        lambda codes: (
            Market.objects.filter(code__in=codes).order_by().values_list("tenant__slug").annotate(Count("id"))
        )
    )
    joined = Kept(
        lambda code: (
            Market.objects.filter(code=code).select_related("tenant").annotate(slug=F("tenant__slug"))
        )
    )
    with tenant_scope(tenants[1]):
        for code in ("AAA", "BBB"):
            assert values(code) == [{"code": code, "tenant__slug": "south"}]
            (market,) = joined(code)
            assert (market.slug, market.tenant.slug, market.code) == ("south", "south", code)
        assert lists(["AAA", "CCC"]) == ["CCC", "AAA"]
        assert counted(["AAA", "CCC"]) == [("south", 2)]


def test_constants_have_a_query_each(tenants):
    first = Kept(lambda code, *, most: Market.objects.filter(code__gte=code).order_by("code")[:most])
    with tenant_scope(tenants[0]):
        assert [len(first("AAA", most=most)) for most in (1, 2, 9)] == [1, 2, 3]


def test_moments_and_numbers_are_told_apart_from_constants(tenants):
    query = Kept(
        lambda pk, since: Market.objects.filter(
            pk=pk, tenant__created_at__gte=since, is_active=True
        ).values_list("pk")
    )
    with tenant_scope(tenants[0]):
        pk = Market.objects.first().pk
        assert query(pk, datetime(2000, 1, 1, tzinfo=UTC)) == [(pk,)]
        assert query(pk, datetime(2100, 1, 1, tzinfo=UTC)) == []
