from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError

from tenants.models import (
    RIGHTS,
    ApiKey,
    InUse,
    Market,
    Membership,
    Right,
    Role,
    Store,
    register_usage,
    usages,
)
from tenants.models.api_key import recent_keys
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.tenants import MarketFactory, MembershipFactory, StoreFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


def test_market_codes_are_unique_in_a_tenant_in_any_case(ours, theirs):
    MarketFactory(tenant=ours, code="NOR")
    MarketFactory(tenant=theirs, code="NOR")
    with pytest.raises(IntegrityError), transaction.atomic():
        MarketFactory(tenant=ours, code="nor")
    with tenant_scope(ours), pytest.raises(ValidationError, match="Another market has this code"):
        Market(tenant=ours, code="Nor", name="x", currency="NOK", country="NO").full_clean()


@pytest.mark.parametrize(
    ("field", "value", "cure"),
    [
        ("currency", "nok", "three capital letters such as NOK"),
        ("currency", "ABC", "ISO 4217"),
        ("country", "XX", "two capital letters such as NO"),
        ("language", "norsk", "Use a language code such as nb or en-GB"),
        ("code", "N R", "Use letters, digits"),
    ],
)
def test_a_market_field_that_is_wrong_names_the_cure(ours, field, value, cure):
    market = Market(tenant=ours, code="NOR", name="x", currency="NOK", country="NO", language="nb")
    with tenant_scope(ours):
        market.full_clean()
        setattr(market, field, value)
        with pytest.raises(ValidationError) as refused:
            market.full_clean()
    assert cure in refused.value.message_dict[field][0]


@pytest.mark.parametrize("value", [[], ["x"], {"erp": 1}, "x"])
def test_external_ids_are_names_and_texts(ours, value):
    store = Store(tenant=ours, code="S", name="S", external_ids=value or ["x"])
    with tenant_scope(ours), pytest.raises(ValidationError, match="JSON object of names and texts"):
        store.full_clean()


def test_what_is_in_use_is_not_deleted(ours):
    used, free = MarketFactory(tenant=ours, code="USED"), MarketFactory(tenant=ours, code="FREE")
    register_usage(
        Market, lambda market: ["connector Stripe (enabled markets)"] if market.code == "USED" else []
    )
    assert usages(used) == ["connector Stripe (enabled markets)"]
    with pytest.raises(InUse, match="USED is in use: connector Stripe"):
        used.delete()
    free.delete()
    with tenant_scope(ours):
        assert [market.code for market in Market.objects.all()] == ["USED"]


def test_a_market_with_stores_and_a_tenant_with_rows_are_not_deleted(ours):
    store = StoreFactory(tenant=ours, market=MarketFactory(tenant=ours))
    with pytest.raises(ProtectedError):
        store.market.delete()
    with pytest.raises(ProtectedError):
        ours.delete()


def test_one_role_a_person_and_tenant(ours, theirs):
    anna = UserFactory()
    MembershipFactory(tenant=ours, user=anna)
    MembershipFactory(tenant=theirs, user=anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(tenant=ours, user=anna, role=Role.VIEWER)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, {"view"}),
        (Role.OPERATOR, {"view", "act", "act_money", "see_personal_data"}),
        (Role.CONNECTOR_EDITOR, {"view", "edit"}),
        (Role.PUBLISHER, {"view", "edit", "publish"}),
        (Role.TENANT_ADMIN, set(Right)),
    ],
)
def test_what_each_role_may_do(role, may):
    membership = Membership(role=role)
    assert {right for right in Right if membership.can(right)} == may


def test_every_role_has_rights_and_a_mistyped_right_is_an_error():
    assert set(RIGHTS) == set(Role)
    with pytest.raises(ValueError, match="adminster"):
        Membership(role=Role.TENANT_ADMIN).can("adminster")


class TestApiKey:
    def test_the_plain_key_is_kept_nowhere(self, ours):
        key, plain = ApiKey.issue(ours, "shop", ["orders:read"])
        assert plain.startswith("cdk_test_") and plain.startswith(key.prefix)
        with platform_scope("a test"):
            row = ApiKey.objects.values().get(pk=key.pk)
        secret = plain[len(key.prefix) :]
        assert not any(secret[i : i + 8] in str(row) for i in range(len(secret) - 7))

    def test_it_authenticates(self, ours):
        key, plain = ApiKey.issue(ours, "shop", ["orders:read"])
        found = ApiKey.authenticate(plain, "192.0.2.1")
        assert found == key
        assert found.tenant == ours

    def test_production_keys_say_so(self):
        assert ApiKey.issue(TenantFactory(environment="production"), "x", ["*"])[1].startswith("cdk_live_")

    @pytest.mark.parametrize(
        "change", [str.upper, str.strip, lambda k: k[:-1], lambda k: k + "0", lambda k: "", lambda k: k[:20]]
    )
    def test_any_other_text_does_not(self, ours, change):
        plain = ApiKey.issue(ours, "shop", ["*"])[1]
        expected = change(plain) == plain
        assert (ApiKey.authenticate(change(plain), "192.0.2.1") is not None) is expected

    def test_a_well_formed_key_that_nobody_issued_does_not(self, ours):
        key, plain = ApiKey.issue(ours, "shop", ["*"])
        key.digest = "0" * 64
        key.save()
        assert ApiKey.authenticate(plain, "192.0.2.1") is None

    def test_a_mistyped_key_costs_no_query(self, ours, django_assert_num_queries):
        plain = ApiKey.issue(ours, "shop", ["*"])[1]
        mistyped = plain[:20] + ("A" if plain[20] != "A" else "B") + plain[21:]
        with django_assert_num_queries(0):
            assert ApiKey.authenticate(mistyped, "192.0.2.1") is None

    def test_a_revoked_expired_or_orphaned_key_does_not(self, ours):
        revoked, revoked_plain = ApiKey.issue(ours, "a", ["*"])
        revoked.revoke()
        expired_plain = ApiKey.issue(ours, "b", ["*"], expires_at=NOW)[1]
        with time_machine.travel(NOW - timedelta(seconds=1), tick=False):
            assert ApiKey.authenticate(expired_plain, "192.0.2.1")
        with time_machine.travel(NOW, tick=False):
            assert ApiKey.authenticate(expired_plain, "192.0.2.1") is None
        assert ApiKey.authenticate(revoked_plain, "192.0.2.1") is None
        live_plain = ApiKey.issue(ours, "c", ["*"])[1]
        ours.is_active = False
        ours.save()
        assert ApiKey.authenticate(live_plain, "192.0.2.1") is None

    @pytest.mark.parametrize(
        ("ip", "fine"),
        [
            ("192.0.2.10", True),
            ("198.51.100.7", True),
            ("198.51.101.7", False),
            ("", False),
            ("2001:db8::1", False),
        ],
    )
    def test_it_is_bound_to_addresses(self, ours, ip, fine):
        plain = ApiKey.issue(ours, "shop", ["*"], allowed_ips=["192.0.2.10", "198.51.100.0/24"])[1]
        assert (ApiKey.authenticate(plain, ip) is not None) is fine

    def test_last_use_is_written_at_most_once_a_minute(self, ours, django_assert_num_queries):
        key, plain = ApiKey.issue(ours, "shop", ["*"])
        with time_machine.travel(NOW, tick=False):
            with django_assert_num_queries(2):
                ApiKey.authenticate(plain, "192.0.2.1")
            recent_keys.forget()
            with django_assert_num_queries(1):
                ApiKey.authenticate(plain, "192.0.2.1")
            with django_assert_num_queries(0):
                ApiKey.authenticate(plain, "192.0.2.1")
        with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
            ApiKey.authenticate(plain, "192.0.2.1")
        key.refresh_from_db()
        assert key.last_used_at == NOW + timedelta(seconds=61)

    def test_history_keeps_no_digest(self, ours):
        key, _ = ApiKey.issue(ours, "shop", ["*"])
        with tenant_scope(ours):
            assert "digest" not in {field.name for field in key.history.model._meta.fields}

    def test_scopes(self):
        assert ApiKey(scopes=["orders:read"]).allows("orders:read")
        assert not ApiKey(scopes=["orders:read"]).allows("orders:write")
        assert not ApiKey(scopes=["orders"]).allows("orders:read")
        assert ApiKey(scopes=["*"]).allows("anything")
