"""The gallery, the plugin pages and the list of connectors."""

import json
from datetime import timedelta

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors import registry
from connectors.admin.tiles import initials, tile
from connectors.duplicates import duplicate
from connectors.exporting import export
from connectors.health import MOST, health_of
from connectors.models import Connector
from connectors.publishing import publish
from eventlog.events import Category, Outcome
from payments.models import PaymentMethod
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.connectors_config.editor import LIST, fresh
from tests.factories.connectors import make_connector
from tests.factories.events import record_event
from tests.factories.payments import publish_payment_method
from tests.factories.shipping import ShippingProviderFactory
from tests.factories.tenants import TenantFactory

pytestmark = pytest.mark.thorough

GALLERY = f"{LIST}gallery/"


def text(answer) -> str:
    return answer.content.decode()


class TestPlugins:
    @pytest.mark.thorough
    def test_every_implementation_has_a_page_and_is_in_the_index(self, staff):
        client = staff(Role.VIEWER)
        index = text(client.get("/admin/plugins/"))
        for slug, implementation in registry.all().items():
            assert f'href="/admin/plugins/{slug}/"' in index
            shown = text(client.get(f"/admin/plugins/{slug}/"))
            for setting in implementation.settings.fields().values():
                assert setting.label in shown, (slug, setting.label)
        assert client.get("/admin/plugins/nothing/").status_code == 404

    def test_a_page_tells_names_hosts_limits_states_errors_and_addresses(self, staff, connector):
        shown = text(staff().get("/admin/plugins/acme/"))
        for part in ("AcmePay", "Acme Payments", "https://sandbox.acme.example", "7000 ms", "WebhookKey"):
            assert part in shown
        assert f"/webhooks/{connector.webhook_token}/" in shown
        stripe = text(staff().get("/admin/plugins/stripe/"))
        for part in ("Idempotency-Key", "requires_capture", "rate_limit", "charge.refunded", "API keys"):
            assert part in stripe

    def test_connectors_of_another_tenant_are_not_on_it(self, staff, connector):
        other = TenantFactory()
        with tenant_scope(other):
            theirs = make_connector(other, "acme", display_name="Strangers")
        shown = text(staff().get("/admin/plugins/acme/"))
        assert "Strangers" not in shown
        assert theirs.webhook_token not in shown

    @pytest.mark.parametrize(
        ("label", "letters"),
        [("Vipps MobilePay", "VM"), ("PayPal", "PP"), ("Bring", "Br"), ("", "?"), ("<", "?")],
    )
    def test_tiles_are_drawn_from_the_name(self, label, letters):
        assert initials(label) == letters
        assert f">{letters}</text>" in tile("x", label)


class TestGallery:
    def test_it_leads_to_a_form_that_is_filled_in(self, staff, connector):
        client = staff()
        assert "?type=acme" in text(client.get(GALLERY))
        answer = client.get(f"{LIST}add/?type=acme")
        form = answer.context["adminform"].form
        assert (form["name"].value(), form["is_test"].value()) == ("Acme", True)
        assert form["connector_id"].value() == "Acme-Pay", "there is one already, so they are told apart"
        properties = answer.context["inline_admin_formsets"][1].formset
        assert [row["key"].value() for row in properties.extra_forms] == ["WebhookKey", "PrePaid", "Since"]
        assert "Setting up Acme Pay" in text(answer)

    def test_rows_that_stay_empty_are_not_saved(self, staff, tenant):
        client = staff()
        page = client.get(f"{LIST}add/?type=acme")
        data = _sent(page) | {"properties-2-value": "2026-05-31"}
        assert client.post(f"{LIST}add/?type=acme", data).status_code == 302
        assert [(row.key, row.value) for row in Connector.objects.get().properties.all()] == [
            ("Since", "2026-05-31")
        ]

    def test_payments_offer_payment_providers_only(self, staff):
        shown = text(staff().get("/admin/payments/paymentmethod/gallery/"))
        assert "provider_name=stripe" in shown
        assert "bring" not in shown
        carriers = text(staff().get("/admin/shipping/shippingprovider/gallery/"))
        assert "shipping_gateway=bring" in carriers

    def test_who_may_only_look_begins_nothing(self, staff):
        assert staff(Role.VIEWER).get(GALLERY).status_code == 403


class TestList:
    def test_it_costs_the_same_queries_for_any_number(self, staff, tenant, django_assert_max_num_queries):
        client = staff()
        for number in range(5):
            connector = make_connector(
                tenant, "acme", bearer_token=TOKEN, connector_id=f"A{number}", properties={"ApiKey": "k" * 20}
            )
            publish(connector)
            record_event(
                tenant, category=Category.CONNECTOR, connector_id=connector.pk, outcome=Outcome.SUCCESS
            )
        with django_assert_max_num_queries(30):
            shown = text(client.get(LIST))
        assert shown.count('class="cd-bars"') == 5

    @pytest.mark.parametrize(
        ("url", "make"),
        [
            ("/admin/payments/paymentmethod/", publish_payment_method),
            ("/admin/shipping/shippingprovider/", None),
        ],
        ids=["payments", "shipping"],
    )
    def test_so_do_the_lists_over_connectors(self, staff, tenant, url, make):
        client, counts = staff(), []
        for number in range(4):
            if make:
                make(tenant, name=f"m{number}")
            else:
                options = [{"name": f"o{number}"}]
                carrier = make_connector(tenant, "bring", connector_id=f"b{number}")
                ShippingProviderFactory(tenant=tenant, name=f"p{number}", connector=carrier, options=options)
            if number in {1, 3}:
                with CaptureQueriesContext(connection) as seen:
                    assert client.get(url).status_code == 200
                counts.append(len(seen))
        assert counts[0] == counts[1] <= 30

    def test_credentials_are_told_by_state_and_age(self, staff, tenant, connector):
        make_connector(tenant, "acme", connector_id="Bare")
        shown = text(staff().get(LIST))
        assert "2 set, today" in shown
        assert "missing: API Token" in shown
        assert TOKEN not in shown

    def test_health_counts_what_was_called_in_the_last_day(self, tenant, connector):
        now = timezone.now()
        record_event(
            tenant,
            category=Category.CONNECTOR,
            connector_id=connector.pk,
            outcome=Outcome.ERROR,
            at=now - timedelta(days=2),
        )
        for outcome in (Outcome.SUCCESS, Outcome.RETRY, Outcome.SUCCESS, Outcome.INFO):
            record_event(
                tenant, category=Category.CONNECTOR, connector_id=connector.pk, outcome=outcome, at=now
            )
        health = health_of([connector.pk, 999])[connector.pk]
        assert (len(health.calls), round(health.rate, 2)) == (3, 0.67)
        assert sum(good + bad for good, bad in health.slots()) == 3

    def test_health_reads_a_bounded_number_of_events_in_one_query(
        self, tenant, connector, django_assert_num_queries
    ):
        other = make_connector(tenant, "acme", connector_id="B")
        for key, number in ((connector.pk, MOST + 5), (other.pk, 3)):
            for _ in range(number):
                record_event(tenant, category=Category.CONNECTOR, connector_id=key, outcome=Outcome.SUCCESS)
        with django_assert_num_queries(1):
            found = health_of([connector.pk, other.pk])
        assert [len(found[key].calls) for key in (connector.pk, other.pk)] == [MOST, 3]

    def test_a_duplicate_is_a_draft_that_refers_to_the_same_secrets(self, staff, connector):
        publish(connector)
        _act(staff(), "duplicate_chosen", connector)
        made = Connector.objects.exclude(pk=connector.pk).get()
        assert (made.connector_id, made.display_name, made.live) == ("Acme", "Acme copy", None)
        assert made.authentication.bearer_token_id == connector.authentication.bearer_token_id
        assert made.webhook_token != connector.webhook_token
        assert {row.key for row in made.properties.all()} == {"Limit", "ApiKey"}

    def test_what_stands_over_a_connector_is_duplicated_beside_it(self, staff, tenant):
        publish_payment_method(tenant, name="card", options={"ReturnUrl": "https://shop.example"})
        carrier = make_connector(tenant, "bring", connector_id="b")
        provider = ShippingProviderFactory(
            tenant=tenant, name="p", connector=carrier, options=[{"name": "o"}]
        )
        method = PaymentMethod.objects.get()
        for row in (method, provider):
            made = duplicate(row)
            assert (made.name, made.connector_id, made.live) == (f"{row.name} copy", row.connector_id, None)
        assert PaymentMethod.objects.get(name="card copy").options == {"ReturnUrl": "https://shop.example"}
        assert [option.name for option in made.shipment_options.all()] == ["o"]

    def test_an_empty_list_leads_to_the_gallery(self, staff):
        assert "Choose from the gallery" in text(staff().get(LIST))

    def test_an_export_holds_all_but_the_secrets(self, staff, connector):
        answer = _act(staff(Role.VIEWER), "export_as_yaml", connector)
        document = yaml.safe_load(text(answer))["items"][0]["document"]
        assert document["authentication"]["bearer_token"] == "set"
        assert {"key": "Limit", "key_group": "", "value_type": "String", "value": "5"} in document[
            "properties"
        ]
        both = text(answer) + export([connector], "json")
        for secret in (TOKEN, "prop-0123456789abcdef", connector.webhook_token):
            assert secret not in both
        assert json.loads(export([connector], "json"))["items"][0]["kind"] == "connector"

    def test_one_is_published_on_its_page_and_several_only_without_questions(self, staff, tenant, connector):
        client = staff()
        assert _act(client, "publish_chosen", connector).url == f"{LIST}{connector.pk}/publish/"
        other = make_connector(tenant, "acme", bearer_token=TOKEN, connector_id="B")
        _act(client, "publish_chosen", connector, other)
        assert (fresh(connector).live, fresh(other).live) == (None, None), "warnings are for a person"

    def test_who_may_only_look_changes_nothing(self, staff, connector):
        for action in ("duplicate_chosen", "publish_chosen", "test_chosen"):
            _act(staff(Role.VIEWER), action, connector)
        assert Connector.objects.count() == 1
        assert (fresh(connector).live, fresh(connector).tested_at) == (None, None)


def _act(client, action, *rows):
    return client.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]})


def _sent(page) -> dict:
    """What a browser would send of the form as it is shown."""
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data = {name: value for name, value in data.items() if value is not True} | {"is_test": "on"}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        data |= {management.add_prefix(name): management[name].value() for name in management.fields}
        for row in inline.formset.forms:
            for name in row.fields:
                value = row[name].value()
                if isinstance(value, str) and value:
                    data[row.add_prefix(name)] = value
    return data
