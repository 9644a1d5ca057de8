"""The editor of payment methods, and who may do what."""

import pytest

from connectors.contracts.payment import State
from connectors.models import Connector
from payments import ledger
from payments.models import Payment, PaymentMethod
from payments.news import from_event
from payments.publication import publish_method
from tenants.models import Role, Secret
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import SECRET_KEY
from tests.factories.payments import PaymentFactory, publish_payment_method
from tests.factories.tenants import MarketFactory, TenantFactory
from tests.payments.pages import METHODS, PAYMENTS, person, text
from tests.payments.stories import event

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
PUBLISH = "payments_paymentmethod_publish"
RETIRE = "payments_paymentmethod_retire"
TOKEN = "sk_test_canary_0123456789_9999"
NEW = {
    "name": "card",
    "payment_method_name": "Card",
    "connector": "",
    "provider_name": "stripe",
    "merchant_id": "acct_1",
    "api_token": TOKEN,
    "base_url": "",
    "is_test": "on",
    "options": "{}",
}


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def client(tenant):
    return person(tenant)


def the_method() -> PaymentMethod:
    with platform_scope("test"):
        return PaymentMethod.objects.select_related("connector__live", "live", "tenant").get()


def edit(client, method, **values):
    """Send the editor as it is shown, with these values changed."""
    page = f"{METHODS}{method.pk}/change/"
    form = client.get(page).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    data = {
        name: value for name, value in shown.items() if value not in (None, False, "") and name != "api_token"
    }
    data["options"] = "{}"
    return client.post(page, {**data, "_save": "1", **values}, follow=True)


class TestEditor:
    def test_the_first_save_creates_the_connector(self, client):
        assert client.post(f"{METHODS}add/", NEW).status_code == 302
        method = the_method()
        connector = method.connector
        assert (connector.type, connector.name, connector.connector_id) == ("stripe", "Stripe", "card")
        assert (connector.is_test, connector.category) == (True, "Payment")
        with tenant_scope(method.tenant):
            assert connector.authentication.merchant_id == "acct_1"
            assert connector.authentication.bearer_token.reveal().reveal() == TOKEN
        assert (method.live, connector.live) == (None, None)

    def test_publish_publishes_both_once_the_warnings_are_confirmed(self, client):
        client.post(f"{METHODS}add/", {**NEW, PUBLISH: "1"})
        edit(client, the_method(), comment="first", **{PUBLISH: "1"})
        method = the_method()
        assert (method.live.number, method.connector.live.number) == (1, 1)
        assert method.live.comment == "first"

    def test_saving_a_draft_changes_nothing_that_runs(self, client, tenant):
        method = publish_payment_method(tenant, name="card")
        edit(client, method, merchant_id="acct_2", payment_method_name="Credit card")
        changed = the_method()
        assert changed.payment_method_name == "Credit card"
        assert changed.live.document["payment_method_name"] == "Card"
        assert changed.connector.live.document["authentication"]["merchant_id"] == ""
        with tenant_scope(tenant):
            assert changed.connector.authentication.merchant_id == "acct_2"
        assert "1 live, draft differs" not in text(client.get(PAYMENTS))
        assert "1 live, draft differs" in text(client.get(METHODS))

    def test_publishing_takes_the_connectors_changes_along(self, client, tenant):
        method = publish_payment_method(tenant, name="card")
        asked = edit(client, method, merchant_id="acct_2", **{PUBLISH: "1"})
        assert "Press Publish again" in text(asked)
        assert the_method().connector.live.number == 1
        edit(client, method, **{PUBLISH: "1"})
        changed = the_method()
        assert (changed.connector.live.number, changed.live.number) == (2, 1)
        assert changed.connector.live.document["authentication"]["merchant_id"] == "acct_2"

    def test_the_token_is_never_shown_and_an_empty_one_keeps_it(self, client, tenant):
        client.post(f"{METHODS}add/", {**NEW, PUBLISH: "1"})
        method = the_method()
        shown = text(client.get(f"{METHODS}{method.pk}/change/"))
        assert TOKEN not in shown
        assert "ends …9999" in shown
        edit(client, method, merchant_id="acct_2")
        with tenant_scope(tenant):
            assert Secret.objects.count() == 1
            assert the_method().connector.authentication.bearer_token == Secret.objects.get()
        edit(client, method, api_token="sk_test_another_0123456789_8888")
        with tenant_scope(tenant):
            assert Secret.objects.count() == 2
        assert "sk_test_another" not in text(client.get(f"{METHODS}{method.pk}/change/"))

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("provider_name", "", "Choose a provider"),
            ("provider_name", "webhook", "Select a valid choice"),
            ("base_url", "not an address", "Use a web address"),
            ("base_url", "http://169.254.169.254/", "address"),
            ("name", "", "required"),
            ("options", "{", "not JSON: look at line 1"),
            ("options", '{"a": NaN}', "finite numbers"),
            ("options", '{"a": "\\u0000"}', "without NUL"),
        ],
    )
    def test_bad_input_is_refused_at_its_field_and_saves_nothing(self, client, field, value, message):
        answer = client.post(f"{METHODS}add/", {**NEW, field: value})
        assert message in str(answer.context["adminform"].form.errors[field])
        with platform_scope("test"):
            assert not PaymentMethod.objects.exists()
            assert not Connector.objects.exists()
            assert not Secret.objects.exists()

    def test_a_name_that_is_taken_is_refused(self, client, tenant):
        publish_payment_method(tenant, name="Card")
        answer = client.post(f"{METHODS}add/", NEW)
        assert "Another payment method has this name" in text(answer)

    def test_two_editors_do_not_overwrite_each_other(self, client, tenant):
        method = publish_payment_method(tenant, name="card")
        stale = client.get(f"{METHODS}{method.pk}/change/").context["adminform"].form.initial["seen"]
        edit(client, method, merchant_id="acct_2")
        answer = edit(client, method, merchant_id="acct_3", seen=stale)
        assert "changed this payment method while you edited it" in text(answer)
        assert "Merchant ID: (none) → acct_2" in text(answer)
        with tenant_scope(tenant):
            assert the_method().connector.authentication.merchant_id == "acct_2"

    def test_choosing_another_connector_does_not_overwrite_its_settings(self, client, tenant):
        method = publish_payment_method(tenant, name="card")
        other = publish_payment_method(tenant, name="other").connector
        assert "Save the choice of another connector first" in text(
            edit(client, method, connector=other.pk, merchant_id="acct_9")
        )
        edit(client, method, connector=other.pk)
        with tenant_scope(tenant):
            assert PaymentMethod.objects.get(name="card").connector == other
            assert other.authentication.merchant_id == ""

    def test_a_warning_is_confirmed_for_the_draft_that_it_was_shown_for_only(self, client, tenant):
        method = publish_payment_method(tenant, name="card")
        edit(client, method, merchant_id="acct_2", **{PUBLISH: "1"})
        edit(client, method, merchant_id="acct_3", **{PUBLISH: "1"})
        assert the_method().connector.live.number == 1

    def test_a_retired_method_is_shown_as_such(self, client, tenant):
        method = publish_payment_method(tenant, name="card")
        edit(client, method, **{RETIRE: "1"})
        assert the_method().retired
        assert "Retired" in text(client.get(METHODS))

    def test_another_account_is_not_published_while_payments_of_the_old_one_are_open(self, client, tenant):
        payment = PaymentFactory(tenant=tenant, method=publish_payment_method(tenant, name="card"))
        hold = event("e1", State.AUTHORIZED, authorized=39800)
        with tenant_scope(tenant):
            ledger.apply(payment, from_event(hold, "NOK"))
        answer = edit(client, payment.method, merchant_id="acct_2", **{PUBLISH: "1"})
        assert "Merchant ID changed while 1 payments of the old account are open" in text(answer)
        assert "Press Publish again" not in text(answer)
        assert the_method().connector.live.number == 1

        with tenant_scope(tenant):
            take = event("e2", State.CAPTURED, authorized=39800, captured=39800)
            ledger.apply(Payment.objects.get(), from_event(take, "NOK"))
            publish_method(the_method())
        assert the_method().connector.live.number == 2

    def test_markets_are_chosen_from_ones_own(self, client, tenant):
        ours, theirs = MarketFactory(tenant=tenant, code="OURS"), MarketFactory(code="THEIRS")
        shown = text(client.get(f"{METHODS}add/"))
        assert "OURS" in shown
        assert "THEIRS" not in shown
        client.post(f"{METHODS}add/", {**NEW, "valid_on_markets": [theirs.pk]})
        with platform_scope("test"):
            assert not PaymentMethod.objects.exists()
        client.post(f"{METHODS}add/", {**NEW, "valid_on_markets": [ours.pk]})
        assert "OURS" in text(client.get(METHODS))


class TestRights:
    @pytest.mark.parametrize(
        ("role", "add", "publish"),
        [(Role.VIEWER, 403, False), (Role.CONNECTOR_EDITOR, 200, False), (Role.PUBLISHER, 200, True)],
    )
    def test_what_each_role_may_do(self, tenant, role, add, publish):
        method = publish_payment_method(tenant, name="card")
        client = person(tenant, role)
        assert client.get(f"{METHODS}add/").status_code == add
        shown = text(client.get(f"{METHODS}{method.pk}/change/"))
        assert (PUBLISH in shown) is publish
        assert SECRET_KEY not in shown

    def test_nobody_deletes(self, client, tenant):
        payment = PaymentFactory(tenant=tenant)
        assert client.get(f"{PAYMENTS}{payment.pk}/delete/").status_code == 403
        assert client.get(f"{METHODS}{payment.method.pk}/delete/").status_code == 403

    def test_another_tenants_rows_are_not_found(self, client):
        theirs = PaymentFactory()
        assert client.get(f"{PAYMENTS}{theirs.pk}/change/").status_code == 404
        assert client.get(f"{METHODS}{theirs.method.pk}/change/").status_code == 404
        assert f"{PAYMENTS}{theirs.pk}/" not in text(client.get(PAYMENTS))
