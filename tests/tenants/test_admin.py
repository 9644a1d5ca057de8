import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import ApiKey, Market, Membership, Role, Secret, Store, Tenant, register_usage
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.tenants import (
    MarketFactory,
    MarketGroupFactory,
    MembershipFactory,
    StoreFactory,
    TenantFactory,
    UserFactory,
)
from tests.factories.workflows import OrderFactory
from tests.tenants.conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
LIST = "/admin/tenants/market/"
ADD = "/admin/tenants/market/add/"
NORWAY = {
    "code": "NOR",
    "name": "Norway",
    "currency": "NOK",
    "country": "NO",
    "language": "nb",
    "is_active": "on",
}


def html(response):
    assert response.status_code == 200, response
    return response.content.decode()


def page(obj, view="change", *more):
    return reverse(f"admin:tenants_{obj._meta.model_name}_{view}", args=[obj.pk, *more])


class TestTenantOfASession:
    def test_the_only_membership_decides(self, staff, ours, theirs):
        MarketFactory(tenant=ours, code="OURS")
        MarketFactory(tenant=theirs, code="THEIRS")
        shown = html(staff().get(LIST))
        assert "OURS" in shown and "THEIRS" not in shown

    def test_with_several_memberships_nothing_is_shown_until_one_is_chosen(self, ours, theirs):
        anna = UserFactory()
        for tenant in (ours, theirs):
            MembershipFactory(tenant=tenant, user=anna)
            MarketFactory(tenant=tenant, code=tenant.name.upper())
        client = logged_in(anna)
        assert client.get(LIST).status_code == 403
        assert "No tenant chosen" in html(client.get("/admin/"))
        assert client.post("/admin/switch-tenant/", {"tenant": theirs.pk}).status_code == 302
        shown = html(client.get(LIST))
        assert "THEIRS" in shown and "OURS" not in shown

    def test_a_superuser_starts_in_the_first_active_tenant_and_may_enter_any(self, superuser):
        TenantFactory(name="AAA", is_active=False)
        first, second = TenantFactory(name="BBB"), TenantFactory(name="CCC", environment="production")
        MarketFactory(tenant=first, code="INFIRST")
        assert "INFIRST" in html(superuser.get(LIST))
        superuser.post("/admin/switch-tenant/", {"tenant": second.pk})
        shown = html(superuser.get(LIST))
        assert "INFIRST" not in shown
        assert "CCC" in shown and "Production" in shown

    def test_a_tenant_that_is_added_moves_no_superuser_into_it(self, superuser):
        MarketFactory(tenant=TenantFactory(name="BBB"), code="INFIRST")
        superuser.get(LIST)
        TenantFactory(name="AAA")
        assert "INFIRST" in html(superuser.get(LIST))

    def test_nobody_enters_anothers_tenant(self, staff, theirs):
        client = staff()
        for wanted in (theirs.pk, theirs.pk + 1000, "", "x", -1):
            assert client.post("/admin/switch-tenant/", {"tenant": wanted}).status_code == 404
        assert "Ours" in html(client.get("/admin/"))

    def test_a_session_value_that_is_not_ones_own_is_ignored(self, staff, theirs):
        MarketFactory(tenant=theirs, code="THEIRS")
        client = staff()
        session = client.session
        session["tenant"] = theirs.pk
        session.save()
        assert "THEIRS" not in html(client.get(LIST))

    def test_switching_asks_for_post_and_a_csrf_token(self, ours, superuser):
        assert superuser.get("/admin/switch-tenant/").status_code == 405
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(UserFactory(is_superuser=True))
        assert strict.post("/admin/switch-tenant/", {"tenant": ours.pk}).status_code == 403

    def test_the_switch_offers_ones_own_tenants_only(self, staff, theirs):
        assert f'value="{theirs.pk}"' not in html(staff().get("/admin/"))
        assert "Theirs" not in html(staff().get("/admin/"))

    def test_who_is_not_staff_or_lost_the_membership_gets_nowhere(self, ours, staff):
        assert logged_in(UserFactory(is_staff=False)).get(LIST).status_code == 302
        client = staff()
        with tenant_scope(ours):
            Membership.objects.all().delete()
        assert client.get(LIST).status_code == 403

    def test_a_disabled_persons_session_ends_at_once(self, ours):
        person = MembershipFactory(tenant=ours).user
        client = logged_in(person)
        assert client.get(LIST).status_code == 200
        person.is_active = False
        person.save()
        assert client.get(LIST).status_code == 302


class TestRights:
    @pytest.mark.parametrize(
        ("role", "view", "edit"),
        [
            (Role.VIEWER, 200, 403),
            (Role.OPERATOR, 200, 403),
            (Role.CONNECTOR_EDITOR, 200, 200),
            (Role.PUBLISHER, 200, 200),
            (Role.TENANT_ADMIN, 200, 200),
        ],
    )
    def test_markets(self, ours, staff, role, view, edit):
        market, client = MarketFactory(tenant=ours), staff(role)
        assert client.get(LIST).status_code == view
        assert client.get(page(market)).status_code == view
        assert client.get(page(market, "history")).status_code == view
        assert client.get(ADD).status_code == edit
        assert client.get(page(market, "delete")).status_code == edit
        client.post(page(market), {**NORWAY, "code": "CHANGED"})
        client.post(ADD, NORWAY)
        with tenant_scope(ours):
            found = {market.code for market in Market.objects.all()}
        assert (found == {"CHANGED", "NOR"}) is (edit == 200)

    @pytest.mark.parametrize("model", ["apikey", "secret", "membership"])
    def test_keys_secrets_and_members_are_for_tenant_administrators(self, staff, model):
        url = f"/admin/tenants/{model}/"
        assert staff(Role.TENANT_ADMIN).get(url).status_code == 200
        for role in set(Role) - {Role.TENANT_ADMIN}:
            assert staff(role).get(url).status_code == 403

    @pytest.mark.parametrize("model", ["tenants/tenant", "auth/user"])
    def test_tenants_and_people_are_for_the_platforms_staff(self, staff, superuser, model):
        assert staff(Role.TENANT_ADMIN).get(f"/admin/{model}/").status_code == 403
        assert superuser.get(f"/admin/{model}/").status_code == 200
        assert superuser.get(f"/admin/{model}/add/").status_code == 200

    def test_the_sidebar_shows_what_one_may_open(self, staff, superuser):
        assert "/admin/tenants/apikey/" not in html(staff(Role.VIEWER).get("/admin/"))
        assert "/admin/tenants/market/" in html(staff(Role.VIEWER).get("/admin/"))
        assert "/admin/tenants/tenant/" not in html(staff(Role.TENANT_ADMIN).get("/admin/"))


class TestOtherTenants:
    @pytest.mark.parametrize("view", ["change", "delete", "history"])
    def test_an_object_of_another_tenant_answers_as_one_that_does_not_exist(self, staff, theirs, view):
        foreign, client = MarketFactory(tenant=theirs), staff()
        missing = Market(pk=foreign.pk + 1000)
        for obj in (foreign, missing):
            assert client.get(page(obj, view)).status_code == 404
            assert client.post(page(obj, view), {**NORWAY, "post": "yes"}).status_code in (404, 405)
        with tenant_scope(theirs):
            assert Market.objects.get().name == foreign.name

    def test_drop_downs_and_filters_offer_ones_own_rows_only(self, staff, ours, theirs):
        for tenant in (ours, theirs):
            MarketFactory(tenant=tenant, code=f"MARKET-{tenant.name}")
            MarketGroupFactory(tenant=tenant, code=f"GROUP-{tenant.name}")
        StoreFactory(tenant=ours)
        client = staff()
        for url in ("/admin/tenants/store/add/", "/admin/tenants/store/"):
            shown = html(client.get(url))
            assert "MARKET-Ours" in shown and "MARKET-Theirs" not in shown
        shown = html(client.get(ADD))
        assert "GROUP-Ours" in shown and "GROUP-Theirs" not in shown

    def test_a_foreign_id_in_a_form_is_refused(self, staff, ours, theirs):
        foreign = MarketFactory(tenant=theirs)
        sent = {"code": "S1", "name": "x", "market": foreign.pk, "external_ids": "{}", "properties": "{}"}
        shown = html(staff().post("/admin/tenants/store/add/", sent))
        assert "Select a valid choice" in shown
        with tenant_scope(ours):
            assert not Store.objects.exists()

    def test_a_tenant_in_a_form_is_ignored(self, staff, ours, theirs):
        staff().post(ADD, {**NORWAY, "tenant": theirs.pk})
        with platform_scope("a test"):
            assert Market.objects.get().tenant == ours

    def test_bulk_deleting_foreign_ids_deletes_nothing(self, staff, theirs):
        foreign = MarketFactory(tenant=theirs)
        staff().post(LIST, {"action": "delete_selected", "_selected_action": [foreign.pk], "post": "yes"})
        with tenant_scope(theirs):
            assert Market.objects.filter(pk=foreign.pk).exists()


class TestForms:
    def test_a_code_that_is_taken_is_a_message_and_not_a_crash(self, staff, ours):
        MarketFactory(tenant=ours, code="NOR")
        assert "Another market has this code" in html(staff().post(ADD, {**NORWAY, "code": "nor"}))

    def test_the_same_code_in_another_tenant_is_fine(self, staff, ours, theirs):
        MarketFactory(tenant=theirs, code="NOR")
        assert staff().post(ADD, NORWAY).status_code == 302

    @pytest.mark.parametrize("url", ["delete", "bulk"])
    def test_a_market_in_use_is_not_deleted_and_the_page_says_by_what(self, staff, ours, url):
        market = MarketFactory(tenant=ours, code="INUSE")
        register_usage(
            Market, lambda row: ["connector Stripe (enabled markets)"] if row.code == "INUSE" else []
        )
        client = staff()
        assert "connector Stripe (enabled markets)" in html(client.get(page(market)))
        if url == "delete":
            assert "connector Stripe" in html(client.post(page(market, "delete"), {"post": "yes"}))
        else:
            sent = {"action": "delete_selected", "_selected_action": [market.pk], "post": "yes"}
            assert "connector Stripe" in html(client.post(LIST, sent))
        with tenant_scope(ours):
            assert Market.objects.filter(pk=market.pk).exists()

    def test_history_tells_who_changed_what(self, staff, ours):
        market, client = MarketFactory(tenant=ours, name="before"), staff()
        client.post(page(market), {**NORWAY, "name": "after"})
        shown = html(client.get(page(market, "history")))
        assert "before" in shown and "after" in shown
        with tenant_scope(ours):
            assert market.history.first().history_user is not None


class TestKeys:
    SENT = {
        "name": "shop",
        "scopes": "orders:read, orders:write",
        "allowed_ips": "192.0.2.1\n198.51.100.0/24",
    }

    def test_a_new_key_is_shown_once_and_kept_nowhere(self, staff, ours):
        client = staff()
        answer = client.post("/admin/tenants/apikey/add/", self.SENT)
        plain = re.search(r"cdk_test_\w+", html(answer).split('id="issued-key"')[1])[0]
        key = ApiKey.authenticate(plain, "192.0.2.1")
        assert key.scopes == ["orders:read", "orders:write"]
        assert (key.tenant, key.created_by_id) == (ours, int(client.session["_auth_user_id"]))
        assert "no-store" in answer["Cache-Control"]
        assert plain not in str(answer.cookies) + str(dict(client.session))
        for url in ("/admin/tenants/apikey/", page(key), page(key, "history")):
            assert plain not in html(client.get(url)) and key.digest not in html(client.get(url))

    def test_wrong_addresses_are_refused(self, staff):
        shown = html(staff().post("/admin/tenants/apikey/add/", {**self.SENT, "allowed_ips": "localhost"}))
        assert "Use a list of addresses or networks" in shown

    def test_a_word_that_is_no_scope_is_refused(self, staff):
        shown = html(staff().post("/admin/tenants/apikey/add/", {**self.SENT, "scopes": "orders:raed"}))
        assert "orders:raed is no scope" in shown

    def test_every_scope_that_a_call_needs_can_be_given(self, staff, ours):
        """Else whoever needs one has to give all with *."""
        description = (Path(__file__).parents[2] / "config/openapi.yaml").read_text()
        needed = sorted(set(re.findall(r"Needs the scope `([^`]+)`", description)))
        assert "orders:act" in needed
        staff().post("/admin/tenants/apikey/add/", {**self.SENT, "scopes": " ".join(needed)})
        with tenant_scope(ours):
            assert ApiKey.objects.get().scopes == needed

    def test_a_key_is_revoked_and_never_deleted(self, staff, ours):
        key, plain = ApiKey.issue(ours, "x", ["*"])
        client = staff()
        client.post("/admin/tenants/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
        assert ApiKey.authenticate(plain, "192.0.2.1") is None
        assert client.post(page(key, "delete"), {"post": "yes"}).status_code == 403


def test_secrets_show_that_they_are_set_and_nothing_else(staff, ours):
    secret = Secret.store(ours, "sk_test_canary_8c1d4f2a", "Stripe API token")
    client = staff()
    for url in ("/admin/tenants/secret/", page(secret)):
        shown = html(client.get(url))
        assert "ends …4f2a" in shown
        assert "canary" not in shown and secret.ciphertext not in shown
    assert client.get("/admin/tenants/secret/add/").status_code == 403
    assert client.post(page(secret, "delete"), {"post": "yes"}).status_code == 403


class TestMembers:
    def test_a_member_is_added_by_user_name(self, staff, ours):
        bob = UserFactory(username="bob", is_staff=False)
        assert (
            staff().post("/admin/tenants/membership/add/", {"username": "bob", "role": "viewer"}).status_code
            == 302
        )
        bob.refresh_from_db()
        assert bob.is_staff
        assert logged_in(bob).get(LIST).status_code == 200

    def test_an_unknown_name_or_a_second_role_is_a_message(self, staff, ours):
        client, member = staff(), MembershipFactory(tenant=ours).user.username
        url = "/admin/tenants/membership/add/"
        assert "Nobody has this user name" in html(client.post(url, {"username": "nobody", "role": "viewer"}))
        assert "This person is a member already" in html(
            client.post(url, {"username": member, "role": "viewer"})
        )

    def test_people_of_other_tenants_are_not_listed(self, staff, theirs):
        stranger = MembershipFactory(tenant=theirs).user.username
        client = staff()
        for url in ("/admin/tenants/membership/", "/admin/tenants/membership/add/"):
            assert stranger not in html(client.get(url))


class TestDeletingWhatHasALongHistory:
    """Django would read and name every row; what stays is told in a line, whatever its history."""

    def test_a_market_with_orders(self, staff, ours, django_assert_max_num_queries):
        market = MarketFactory(tenant=ours, code="BUSY")
        for number in range(30):
            OrderFactory(tenant=ours, market=market, number=f"N-{number}")
        client = staff()
        client.get(page(market))
        with django_assert_max_num_queries(30):
            shown = html(client.get(page(market, "delete")))
        assert "N-7" not in shown and "orders" in shown
        assert client.post(page(market, "delete"), {"post": "yes"}).status_code == 200
        with platform_scope("the test looks"):
            assert Market._base_manager.filter(pk=market.pk).exists()

    def test_a_tenant_goes_only_while_it_is_empty(self, superuser, ours, theirs):
        MarketFactory(tenant=ours, code="KEPT")
        shown = html(superuser.get(page(ours, "delete")))
        assert "switch it off instead" in shown and "KEPT" not in shown
        superuser.post(page(ours, "delete"), {"post": "yes"})
        superuser.post(page(theirs, "delete"), {"post": "yes"})
        assert list(Tenant.objects.filter(pk__in=[ours.pk, theirs.pk])) == [ours]


def test_history_is_looked_at_and_nobody_goes_back_by_it(staff, ours):
    """Roll back is on the page of versions; a version of a row would bring back a revoked key, or be written by a viewer."""
    key, market = ApiKey.issue(ours, "Shop", ["*"])[0], MarketFactory(tenant=ours, code="NOR", name="Norway")
    key.revoke()
    market.name = "Norge"
    market.save()
    with tenant_scope(ours):
        versions = [(key, key.history.earliest()), (market, market.history.earliest())]
    for role, (row, version) in zip((Role.TENANT_ADMIN, Role.VIEWER), versions, strict=True):
        client, address = staff(role), page(row, "simple_history", version.history_id)
        shown = html(client.get(page(row, "history")))
        assert "revert" not in shown and address not in shown
        for answer in (client.get(address), client.post(address, {"name": "Shop", "scopes": "*"})):
            assert answer.status_code == 404
    with platform_scope("the test looks"):
        assert ApiKey._base_manager.get().revoked_at is not None
        assert Market._base_manager.get().name == "Norge"


def test_a_page_that_cannot_be_shown_says_what_to_do_and_leads_back(staff, ours, theirs):
    viewer, stranger = staff(Role.VIEWER), MarketFactory(tenant=theirs, code="FAR")
    market = MarketFactory(tenant=ours, code="NOR")
    old = Client(enforce_csrf_checks=True)
    old.force_login(MembershipFactory(tenant=ours).user)
    for answer, status, told in (
        (viewer.get(page(stranger)), 404, "belongs to another tenant"),
        (viewer.get(page(market, "delete")), 403, "Your role in this tenant does not allow it"),
        (old.post(page(market), NORWAY), 403, "reload the page and send it again"),
    ):
        shown = answer.content.decode()
        assert (answer.status_code, told in shown, 'href="/admin/"' in shown) == (status, True, True), shown
