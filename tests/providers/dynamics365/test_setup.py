"""Dynamics 365: what may be filled in, where requests then go, how it logs in, what its errors mean."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.calls import CallContext, CallSpec, Ending, Prepared
from connectors.client import open_door
from connectors.client.answer import HttpAnswer
from connectors.contracts.plain import plain
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.dynamics365 import Dynamics365
from connectors.sandbox import Sandbox
from connectors.sandbox.dynamics365 import COMPANY
from connectors.schema import SettingsError
from connectors.trial import compile_draft
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import TenantFactory
from tests.providers.dynamics365.asking import TOKEN, Central, export, told, values

HOST = "https://api.businesscentral.dynamics.com"


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "/v2.0/demo/sandbox"),
        ({"is_test": False}, "/v2.0/demo/production"),
        ({"Environment": "UAT"}, "/v2.0/demo/UAT"),
        ({"Environment": "DK", "is_test": False}, "/v2.0/demo/DK"),
        ({"oauth_tenant": "a b/c"}, "/v2.0/a%20b%2Fc/sandbox"),
        ({"host": f"{HOST}/v2.0/nordstore.example/uat"}, "/v2.0/nordstore.example/uat"),
        ({"host": f"{HOST}/v2.0/nordstore.example/uat/api/v2.0/"}, "/v2.0/nordstore.example/uat"),
        ({"host": f"{HOST}/v2.0/t/UAT", "Environment": "uat"}, "/v2.0/t/UAT"),
    ],
)
def test_host_tenant_and_environment_make_the_address(given: dict[str, Any], base: str) -> None:
    assert Dynamics365.own_host(values(**{"host": HOST, **given})) == f"{HOST}{base}/api/v2.0"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"Environment": "Production"}, "Is Test is ticked"),
        ({"host": f"{HOST}/v2.0/t/production"}, "Is Test is ticked"),
        ({"Environment": "sandbox", "is_test": False}, "tick Is Test"),
        ({"host": f"{HOST}/v2.0/t/uat", "Environment": "qa"}, "keep one"),
    ],
)
def test_the_wrong_books_are_not_opened(given: dict[str, Any], word: str) -> None:
    with pytest.raises(Misconfigured, match=word):
        Dynamics365.own_host(values(**{"host": HOST, **given}))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"Product": "finance-operations"}, "only business-central is supported"),
        ({"Product": "Dynamics 365 Finance"}, "only business-central is supported"),
        ({"Product": "sales"}, "must be one of business-central"),
        ({"CompanyId": "CRONUS"}, "company's id"),
        ({"ShippingLineType": "Fee"}, "Account, Charge, Item, Resource"),
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        values(HOST, **given)


def test_settings_are_read_as_people_write_them() -> None:
    read = values(HOST, Product="Business-Central", CompanyId=f" {{{COMPANY.upper()}}} ")
    assert (read.product, read.company_id) == ("business-central", COMPANY)
    assert values(HOST, oauth_resource=f"{HOST}/").oauth_resource == f"{HOST}/.default"
    assert values(HOST, oauth_resource="").oauth_resource == f"{HOST}/.default"


def test_one_login_serves_many_calls_and_is_renewed_when_refused(central: Central) -> None:
    central.export()
    central.export()
    central.control("tokens/revoke")
    assert central.export().ending is Ending.SUCCEEDED
    logins = [call for call in central.sandbox.calls() if call["path"].endswith("/token")]
    assert [call["path"] for call in logins] == ["/demo/oauth2/v2.0/token"] * 2
    assert "s3cret-of-the-app" not in str([plain(event) for event in central.events])


def test_wrong_credentials_are_for_an_administrator(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"client_app_secret": "wrong"})
    outcome = central.export()
    assert isinstance(outcome.error, Misconfigured)
    assert "invalid_client" in outcome.message
    assert central.sent() == []


def asked_as_the_test_button_does(central: Central) -> Any:
    spec = CallSpec(connector=central.config, operation="check", subject="it", request=None, write=False)
    prepared = Prepared(spec=spec, context=CallContext())
    door = open_door(central.config, central.ports, prepared, None)
    return Dynamics365(central.config, door).call(*Dynamics365.check, write=False)


def test_the_test_button_proves_login_and_company(sandbox: Sandbox) -> None:
    assert asked_as_the_test_button_does(Central(sandbox))["value"] == []
    assert sandbox.calls()[-1]["query"] == {"$top": "1", "$select": "number"}
    with pytest.raises(Misconfigured, match="no such company"):
        asked_as_the_test_button_does(Central(sandbox, {"CompanyId": "00000000-0000-0000-0000-000000000001"}))


def test_an_unknown_company_is_for_an_administrator(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"CompanyId": "00000000-0000-0000-0000-000000000001"})
    assert isinstance(central.export().error, Misconfigured)


ERRORS = [
    (400, "BadRequest", Rejected, Rejected),
    (400, "BadRequest_InvalidToken", Rejected, Rejected),
    (404, "BadRequest_ResourceNotFound", Rejected, Rejected),
    (400, "Application_DialogException", Rejected, Rejected),
    (500, "Application_FieldValidationException", Rejected, Rejected),
    (401, "Authentication_InvalidCredentials", Misconfigured, Misconfigured),
    (403, "Authorization_RequestDenied", Misconfigured, Misconfigured),
    (404, "Internal_CompanyNotFound", Misconfigured, Misconfigured),
    (409, "Request_EntityChanged", RetryLater, RetryLater),
    (412, "", RetryLater, RetryLater),
    (409, "Internal_EntityWithSameKeyExists", Rejected, Rejected),
    (404, "Internal_RecordNotFound", Rejected, Rejected),
    (400, "Internal_InvalidTableRelation", Rejected, Rejected),
    (400, "Internal_DataNotFoundFilter", Rejected, Rejected),
    (500, "Internal_ServerError", Unknown, RetryLater),
    (400, "Internal_TenantUnavailable", Unknown, RetryLater),
    (429, "Application_TooManyRequests", RetryLater, RetryLater),
    (503, "Application_Whatever", Unknown, RetryLater),
    (408, "", Unknown, RetryLater),
    (504, "", Unknown, RetryLater),
    (418, "A_Code_Of_Tomorrow", Rejected, Rejected),
    (500, "Unknown", Unknown, RetryLater),
]


@pytest.mark.parametrize(("status", "code", "write", "read"), ERRORS)
def test_error_codes(status: int, code: str, write: type, read: type) -> None:
    body = b'{"error": {"code": "%s", "message": "No.\\r\\n Why.  CorrelationId:  1-2."}}' % code.encode()
    provider = Dynamics365(None, None)  # type: ignore[arg-type]
    for writes, kind in ((True, write), (False, read)):
        error = provider.classify(HttpAnswer(status, {}, body), writes)
        assert type(error) is kind
        assert error.message.startswith("No. Why.")
        assert "Correlation" not in error.message


def test_a_refused_app_is_told_what_may_be_missing() -> None:
    refused = (
        401,
        {"error": {"code": "Authentication_InvalidCredentials", "message": "The server has rejected."}},
    )
    asked = told("find_order", export(), refused, (200, TOKEN), refused)
    assert isinstance(asked.error, Misconfigured)
    assert "Microsoft Entra applications" in asked.error.message


@pytest.fixture
def tenant(db: None) -> Any:
    return TenantFactory()


def published(tenant: Tenant, sandbox: Sandbox, **properties: Any) -> Any:
    address = f"{sandbox.url}/dynamics365"
    return publish_connector(
        tenant,
        "dynamics365",
        host=address,
        is_test=True,
        client_app_id="app-1",
        client_app_secret="s3cret-0123456789",
        tenant_url=address,
        oauth_tenant="demo",
        properties={"CompanyId": COMPANY, **properties},
    )


def test_a_connector_as_an_administrator_fills_it_in(tenant: Tenant, sandbox: Sandbox, settings: Any) -> None:
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    config = published(tenant, sandbox, OrderFields={"salesperson": "JO"})
    assert (config.problem, config.category, config.name) == ("", "ERP", "Dynamics365")
    assert config.host == f"{sandbox.url}/dynamics365/v2.0/demo/sandbox/api/v2.0"

    central = Central(sandbox)
    central.stock(WOOL_M=1, SOCK_42=1)
    central.config = config
    assert central.export().ending is Ending.SUCCEEDED
    assert central.order["salesperson"] == "JO"


def test_finance_and_operations_is_refused_before_anything_is_sent(tenant: Tenant, sandbox: Sandbox) -> None:
    given = {"CompanyId": COMPANY, "Product": "finance-operations"}
    with tenant_scope(tenant):
        config = compile_draft(make_connector(tenant, "dynamics365", oauth_tenant="demo", properties=given))
    central = Central(sandbox)
    central.config = config
    outcome = central.export()
    assert isinstance(outcome.error, Misconfigured)
    assert "only business-central is supported" in outcome.message
    assert sandbox.calls() == []


@pytest.mark.parametrize("name", ["Dynamics365", "dynamics 365", "Business Central"])
def test_merchants_names_are_understood(tenant: Tenant, name: str) -> None:
    assert make_connector(tenant, "dynamics365", name=name).type == "dynamics365"
