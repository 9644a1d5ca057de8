"""Secrets in the editor of connectors: only ever typed in."""

from django.core.files.uploadedfile import SimpleUploadedFile

from connectors.models import ConnectorProperty
from connectors.property_values import LARGEST_FILE
from connectors.publishing import publish
from connectors.runtime import runtime
from tenants.models import Secret
from tests.connectors_config.conftest import TOKEN
from tests.connectors_config.editor import add_row, form_of, fresh, number_of, page, saved


def test_an_empty_secret_keeps_a_typed_one_replaces_and_the_box_removes(staff, connector):
    client, before = staff(), connector.authentication.bearer_token_id
    saved(client.post(page(connector), form_of(connector)))
    assert fresh(connector).authentication.bearer_token_id == before

    saved(
        client.post(
            page(connector),
            form_of(fresh(connector), **{"authentication-0-bearer_token_input": "acme-new-0123456789"}),
        )
    )
    replaced = fresh(connector).authentication.bearer_token
    assert replaced.pk != before
    assert replaced.reveal().reveal() == "acme-new-0123456789"
    assert Secret.objects.get(pk=before).reveal().reveal() == TOKEN, "what is published keeps its own"

    saved(
        client.post(
            page(connector), form_of(fresh(connector), **{"authentication-0-bearer_token_input-clear": "on"})
        )
    )
    assert fresh(connector).authentication.bearer_token is None


def test_a_refused_form_shows_no_typed_secret(staff, connector):
    data = form_of(
        connector, host="nonsense", **{"authentication-0-bearer_token_input": "acme-typed-0123456789"}
    )
    answer = staff().post(page(connector), data)
    assert answer.status_code == 200
    assert "acme-typed" not in answer.content.decode()
    assert "Enter it again: it was not saved" in answer.content.decode()


def test_a_key_that_looks_like_a_credential_is_secret_without_being_asked(staff, connector):
    data = add_row(
        form_of(connector), "properties", key="PartnerPassword", value_type="String", value="pw-0123456789abc"
    )
    data = add_row(data, "properties", key="WebhookKey", value_type="String", value="wk-0123456789abc")
    data = add_row(data, "headers", name="X-Api-Key", value="hk-0123456789abc")
    saved(staff().post(page(connector), data))
    for row in (
        *fresh(connector).properties.filter(key__in=["PartnerPassword", "WebhookKey"]),
        fresh(connector).headers.get(name="X-Api-Key"),
    ):
        assert row.is_secret
        assert row.value == ""
        assert row.secret.reveal().reveal().endswith("-0123456789abc")
    assert ConnectorProperty.history.filter(value__contains="0123456789abc").count() == 0


def test_any_row_can_be_marked_secret(staff, connector):
    number = number_of(connector, "Limit")
    saved(staff().post(page(connector), form_of(connector, **{f"properties-{number}-is_secret": "on"})))
    row = fresh(connector).properties.get(key="Limit")
    assert (row.value, row.secret.reveal().reveal()) == ("", "5")


def test_a_secret_row_is_kept_when_empty_and_never_turned_readable(staff, connector):
    client, number = staff(), number_of(connector, "ApiKey")
    secret = connector.properties.get(key="ApiKey").secret
    saved(client.post(page(connector), form_of(connector)))
    assert fresh(connector).properties.get(key="ApiKey").secret == secret

    data = form_of(fresh(connector))
    del data[f"properties-{number}-is_secret"]
    answer = client.post(page(connector), data)
    assert "never shown" in answer.content.decode()
    saved(client.post(page(connector), {**data, f"properties-{number}-value": "plain"}))
    row = fresh(connector).properties.get(key="ApiKey")
    assert (row.value, row.secret, row.is_secret) == ("plain", None, False)


def test_a_file_is_uploaded_kept_and_limited(staff, connector, tenant):
    client = staff()
    upload = SimpleUploadedFile("cert.pem", b"-----BEGIN")
    saved(
        client.post(
            page(connector),
            add_row(form_of(connector), "properties", key="Cert", value_type="File", file=upload),
        )
    )
    shown = client.get(page(connector)).content.decode()
    assert "cert.pem is stored" in shown
    data = form_of(fresh(connector))
    data.pop(f"properties-{number_of(connector, 'Cert')}-value")
    saved(client.post(page(connector), data))
    publish(fresh(connector))
    value = runtime(tenant.pk).connectors[connector.pk].properties["Cert"]
    assert (value.name, value.content) == ("cert.pem", b"-----BEGIN")

    large = SimpleUploadedFile("large.bin", b"x" * (LARGEST_FILE + 1))
    data = add_row(form_of(fresh(connector)), "properties", key="Large", value_type="File", file=large)
    assert "too large; use at most 256 KiB" in client.post(page(connector), data).content.decode()
