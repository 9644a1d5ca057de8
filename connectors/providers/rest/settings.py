"""What a merchant describes and enters."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from connectors.auth import Auth, ClientCredentials, Token, basic
from connectors.contracts.base import Request
from connectors.providers.rest import checking
from connectors.providers.rest.description import Described, DescribedList
from connectors.providers.rest.failures import DescribedErrors
from connectors.schema import Integer, Secret, Settings, SettingsError, SettingsValues, Text, Url


class RestSettings(Settings):
    bearer_token = Secret("Bearer Token", column="bearer_token", required=False)
    username = Text("Username", column="username", required=False)
    password = Secret("Password", column="password", required=False)
    api_key_header = Text("API key header", key="ApiKeyHeader", required=False, help="Such as X-Api-Key.")
    api_key = Secret("API key", key="ApiKey", required=False)
    client_app_id = Text("Client App ID", column="client_app_id", required=False)
    client_app_secret = Secret("Client App Secret", column="client_app_secret", required=False)
    token_url = Url(
        "Token URL", key="TokenUrl", required=False, help="Of an OAuth 2 login with client credentials."
    )
    scope = Text("Scope", key="Scope", required=False, default="")
    key_header = Text(
        "Idempotency header",
        key="IdempotencyHeader",
        required=False,
        help="Where the receiver takes a key by which it recognises repetitions; empty: it takes none.",
    )
    key_hours = Integer("Idempotency hours", key="IdempotencyHours", required=False, default=24)
    errors = DescribedErrors(
        "Errors",
        key="Errors",
        required=False,
        help='Such as {"message": "error.text", "code": "error.code"}.',
    )
    test = Described("Test", key="Test", help='Such as {"method": "GET", "path": "/me"}.')
    export_order = Described(
        "Export order",
        key="ExportOrder",
        help='Such as {"path": "/orders", "body": {"ref": "{number}"}, "id": "id"}.',
    )
    export_invoice = Described(
        "Export invoice",
        key="ExportInvoice",
        help='Such as {"path": "/orders/{number}/invoice", "id": "number"}.',
    )
    export_payment = Described(
        "Export payment",
        key="ExportPayment",
        extra=checking.PAYMENT,
        help='Such as {"path": "/bookings", "body": {"amount": "{amount}", "kind": "{kind}"}}.',
    )
    export_shipment = Described(
        "Export shipment",
        key="ExportShipment",
        extra=checking.SHIPMENT,
        help='Such as {"path": "/deliveries", "body": {"tracking": "{shipment.tracking_number}"}}.',
    )
    import_orders = DescribedList(
        "Import orders",
        key="ImportOrders",
        help='Such as {"path": "/orders", "query": {"since": "{since}", "page": "{page}"}, "items": "data"}.',
    )

    @classmethod
    def compile(cls, columns: Mapping[str, Any], properties: Mapping[str, Any]) -> SettingsValues:
        values = super().compile(columns, properties)
        problems = list(_together(values))
        if problems:
            raise SettingsError(problems)
        return values


def _together(values: Any) -> Any:
    if bool(values.api_key_header) != bool(values.api_key):
        yield "API key", "ApiKey", "enter ApiKeyHeader and ApiKey, or neither"
    login = [values.token_url, values.client_app_id, values.client_app_secret]
    if any(login) and not all(login):
        yield "Token URL", "TokenUrl", "enter TokenUrl, Client App ID and Client App Secret, or none of them"
    if not 1 <= values.key_hours <= 24 * 365:
        yield "Idempotency hours", "IdempotencyHours", "use 1 to 8760"
    if values.test and values.test.method != "GET":
        yield "Test", "Test", "method: must be GET, because a test changes nothing"
    for key, call in (("ExportOrder", values.export_order), ("ExportInvoice", values.export_invoice)):
        if call and not call.id:
            yield key, key, "id: is missing; say where the answer has the receiver's id, such as data.id"


class WhatIsEntered(Auth):
    """A login with client credentials, else a bearer token, else user name and password; an API key besides."""

    _login = ClientCredentials(url="{token_url}", scope="{scope}")

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        if token is not None:
            headers["Authorization"] = f"Bearer {token.access.reveal()}"
        elif values.bearer_token:
            headers["Authorization"] = f"Bearer {values.bearer_token.reveal()}"
        elif values.username:
            headers["Authorization"] = basic(
                values.username, values.password.reveal() if values.password else ""
            )
        if values.api_key:
            headers[values.api_key_header] = values.api_key.reveal()

    def token_request(self, config: Any) -> Request | None:
        if not config.values.token_url:
            return None
        without = self._login if config.values.scope else ClientCredentials(url="{token_url}")
        return without.token_request(config)
