"""A word instead of an address, where an implementation knows it."""

import pytest
from django.core.exceptions import ValidationError

from connectors.checklist.base import findings
from connectors.documents import KIND, connector_document
from connectors.models import Connector
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import TenantFactory
from tests.payments.pages import METHODS, person

pytestmark = pytest.mark.django_db
FILLED = {"client_app_id": "client-1", "bearer_token": "client-secret-0123456789"}
LIVE, TEST = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"


@pytest.mark.parametrize(
    ("word", "is_test", "host"),
    [
        ("sandbox", True, TEST),
        ("Sandbox ", True, TEST),
        ("PRODUCTION", False, LIVE),
        ("", True, TEST),
        ("https://own.example", True, "https://own.example"),
    ],
)
def test_a_word_names_one_of_the_implementations_own_hosts(settings, word, is_test, host):
    settings.CROSSDOCK_SANDBOX_URL = ""
    config = publish_connector(TenantFactory(), "paypal", host=word, is_test=is_test, **FILLED)
    assert (config.host, config.problem) == (host, "")


def test_only_its_own_words_may_be_entered():
    tenant = TenantFactory()
    with tenant_scope(tenant):
        make_connector(tenant, "paypal", host="sandbox", is_test=True, **FILLED).full_clean()
        for number, (type, word) in enumerate((("paypal", "sandpit"), ("stripe", "sandbox"))):
            with pytest.raises(ValidationError, match="Use a web address"):
                make_connector(
                    tenant, type, connector_id=f"id-{number}", host=word, is_test=True
                ).full_clean()


@pytest.mark.parametrize(("word", "is_test"), [("sandbox", False), ("production", True)])
def test_a_word_of_the_other_mode_is_not_published(settings, word, is_test):
    settings.CROSSDOCK_SANDBOX_URL = ""
    connector = make_connector(TenantFactory(), "paypal", host=word, is_test=is_test, **FILLED)
    with tenant_scope(connector.tenant):
        found = findings(KIND, connector, connector_document(connector))
    assert "host_mode" in [finding.code for finding in found]


@pytest.mark.parametrize(
    ("provider", "word", "taken"), [("paypal", "Sandbox", True), ("stripe", "sandbox", False)]
)
def test_the_editor_of_payment_methods_takes_it_too(provider, word, taken):
    data = {
        "name": "wallet",
        "provider_name": provider,
        "connector": "",
        "merchant_id": "",
        "api_token": "secret-0123456789",
        "base_url": word,
        "is_test": "on",
        "options": "{}",
    }
    answer = person(TenantFactory()).post(f"{METHODS}add/", data)
    if taken:
        assert answer.status_code == 302
        with platform_scope("test"):
            assert Connector.objects.get().host == "Sandbox"
    else:
        assert "Use a web address" in str(answer.context["adminform"].form.errors["base_url"])
