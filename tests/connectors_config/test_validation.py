import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from connectors.models import (
    Connector,
    ConnectorAuthentication,
    ConnectorHeader,
    ConnectorProperty,
)
from connectors.property_values import LARGEST_FILE, FileValue
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector
from tests.factories.tenants import StoreFactory, TenantFactory
from tests.factories.workflows import publish_order_type


@pytest.fixture
def connector(tenant):
    return make_connector(tenant, "acme", bearer_token=TOKEN)


def refused(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        row.clean()
    return caught.value.message_dict


def new(tenant, **values):
    return Connector(tenant=tenant, **{"type": "acme", "name": "Acme", **values})


# --- Settings ----------------------------------------------------------------------------------------------


def test_an_unknown_type_is_refused_with_the_near_ones(tenant):
    assert "did you mean acme?" in refused(new(tenant, type="acmee"))["type"][0]


def test_the_type_is_compared_without_case(tenant):
    connector = new(tenant, type=" ACME ")
    connector.clean()
    assert connector.type == "acme"


@pytest.mark.parametrize("name", ["acme", "ACMEPAY", "Acme payments", " Acme Pay "])
def test_an_expected_name_is_taken_in_its_right_spelling(tenant, name):
    connector = new(tenant, name=name)
    connector.clean()
    assert connector.name in {"Acme", "AcmePay", "Acme Payments", "Acme Pay"}


def test_a_name_nobody_expects_is_refused_with_the_right_spelling(tenant):
    assert "did you mean Acme" in refused(new(tenant, name="Akme"))["name"][0]


def test_names_need_not_be_unique_but_the_type_asks_for_connector_ids(connector, tenant):
    assert "there is also Acme" in refused(new(tenant))["connector_id"][0]
    second = new(tenant, connector_id="Acme-2")
    second.clean()
    second.save()
    assert "Connector ID" in refused(connector)["connector_id"][0]


def test_a_category_is_one_of_eight(connector):
    assert {value for value, _ in Connector._meta.get_field("category").choices} == {
        "Payment",
        "Shipping",
        "E-Commerce",
        "ERP",
        "POS",
        "CRM",
        "WMS",
        "Other",
    }
    for category in ("", "payment", "Toys"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Connector.objects.filter(pk=connector.pk).update(category=category)


def test_a_connector_id_is_unique_in_its_tenant_without_case(connector, tenant):
    new(tenant, connector_id="Main").save()
    with pytest.raises(ValidationError, match="Another connector has this Connector ID"):
        new(tenant, connector_id="MAIN", category="Payment").full_clean()
    other = TenantFactory()
    with tenant_scope(other):
        new(other, connector_id="MAIN", category="Payment").full_clean()


@pytest.mark.parametrize("connector_id", ["a b", "-a", "a/b", "a\nb"])
def test_a_connector_id_is_one_word(tenant, connector_id):
    assert "such as Stripe-NO" in refused(new(tenant, connector_id=connector_id))["connector_id"][0]


@pytest.mark.parametrize(
    "host",
    [
        "api.acme.example",
        "ftp://api.acme.example",
        "https://user:pass@api.acme.example",
        "https://api.acme.example/#x",
        "http://api.acme.example",
        "https://10.1.2.3",
        "https://127.0.0.1",
        "https://[::1]",
        "https://localhost",
        "https://169.254.169.254",
        "https://2130706433",
        "https://metadata.google.internal",
        "https://api.acme.example:22",
        "https://a b",
    ],
)
def test_a_host_that_may_not_be_called_is_refused_at_its_field(tenant, host):
    message = refused(new(tenant, host=host))["host"][0]
    assert "https" in message


@pytest.mark.parametrize(
    "host", ["", "https://api.acme.example", "https://api.acme.example:8443/base", "https://8.8.8.8"]
)
def test_a_public_host_is_taken(tenant, host):
    new(tenant, host=host).clean()


def test_what_the_deployment_allows_is_taken(tenant, settings):
    settings.CROSSDOCK_EGRESS_ALLOW = ["127.0.0.1/32:8080", "erp.corp:8443"]
    new(tenant, host="http://127.0.0.1:8080/acme").clean()
    new(tenant, host="https://erp.corp:8443").clean()
    assert "CROSSDOCK_EGRESS_ALLOW" in refused(new(tenant, host="http://127.0.0.1:8081"))["host"][0]


def test_the_metadata_service_is_refused_whatever_is_allowed(tenant, settings):
    settings.CROSSDOCK_EGRESS_ALLOW = ["169.254.0.0/16:80"]
    assert refused(new(tenant, host="http://169.254.169.254"))["host"]


def test_several_mistakes_are_told_at_once(tenant):
    assert set(refused(new(tenant, name="Nobody", host="x", connector_id="a b"))) == {
        "name",
        "host",
        "connector_id",
    }


def test_the_tenant_url_is_checked_as_well(connector):
    row = ConnectorAuthentication(tenant=connector.tenant, connector=connector, tenant_url="https://10.0.0.1")
    assert refused(row)["tenant_url"]


# --- Properties --------------------------------------------------------------------------------------------


def property_row(connector, value_type, value, key="Any"):
    return ConnectorProperty(
        tenant=connector.tenant, connector=connector, key=key, value_type=value_type, value=value
    )


@pytest.mark.parametrize(
    ("value_type", "value"),
    [
        ("Boolean", "maybe"),
        ("DateTime", "2026-05-31"),
        ("DateTime", "2026-05-31T14:30"),
        ("Date", "31.05.2026"),
        ("Date", "2026-02-30"),
        ("Number", "12,5"),
        ("Number", "NaN"),
        ("Number", "Infinity"),
        ("JSON", "{'a': 1}"),
        ("JSON", "[NaN]"),
        ("JSON", "[" * 100_000),
        ("File", "just text"),
        ("File", FileValue("a.pem", b"x" * (LARGEST_FILE + 1)).stored()),
        ("Store", "nowhere"),
        ("OrderStatus", "Nowhere"),
        ("Colour", "red"),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused_at_the_field(connector, value_type, value):
    assert refused(property_row(connector, value_type, value))["value"][0]


@pytest.mark.parametrize(
    ("value_type", "value"),
    [
        ("String", "anything"),
        ("Boolean", "TRUE"),
        ("DateTime", "2026-05-31T14:30:00+02:00"),
        ("DateTime", "2026-05-31T14:30:00Z"),
        ("Date", "2026-05-31"),
        ("Number", "-12.50"),
        ("Textarea", "two\nlines"),
        ("JSON", '{"a": [1.10, null]}'),
        ("File", FileValue("a.pem", b"x" * LARGEST_FILE).stored()),
        ("Store", "oslo"),
        ("OrderStatus", "ship"),
        ("Number", ""),
    ],
)
def test_a_value_that_fits_its_type_is_taken(connector, value_type, value):
    StoreFactory(tenant=connector.tenant, code="Oslo")
    publish_order_type(connector.tenant)
    property_row(connector, value_type, value).clean()


def test_a_declared_setting_is_read_as_the_implementation_does(connector):
    assert refused(property_row(connector, "String", "maybe", key="prepaid"))["value"] == [
        "must be true or false"
    ]
    assert refused(property_row(connector, "String", "soon", key="Since"))["value"]
    property_row(connector, "String", "true", key="PREPAID").clean()


def test_is_test_may_not_contradict_itself(connector):
    connector.is_test = True
    assert (
        "Is Test is ticked" in refused(property_row(connector, "Boolean", "false", key="istest"))["value"][0]
    )
    property_row(connector, "Boolean", "true", key="IsTest").clean()


@pytest.mark.parametrize("value", ["maybe", "tset", "-"])
def test_is_test_is_never_guessed(connector, value):
    """A slip of the pen would send orders to the production host."""
    message = refused(property_row(connector, "String", value, key="ISTEST"))["value"][0]
    assert "Use true or false" in message
    row = property_row(connector, "String", "", key="IsTest")
    row.is_secret = True
    assert "no secret" in refused(row)["key"][0]


def test_two_tenants_have_stores_of_their_own(connector):
    other = TenantFactory()
    with tenant_scope(other):
        StoreFactory(tenant=other, code="Bergen")
    assert refused(property_row(connector, "Store", "Bergen"))


# --- Custom Headers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["X-A\r\nX-B", "X A", "X:", "", "Content-Length", "host", "Transfer-Encoding", "Ä"]
)
def test_a_header_name_that_would_break_a_request_is_refused(connector, name):
    assert refused(ConnectorHeader(tenant=connector.tenant, connector=connector, name=name, value="1"))[
        "name"
    ]


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\x00b", "snow ☃"])
def test_a_header_value_with_line_breaks_is_refused(connector, value):
    assert refused(ConnectorHeader(tenant=connector.tenant, connector=connector, name="X-A", value=value))[
        "value"
    ]
