"""A caller of the simulated Business Central over a real socket."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox import Sandbox
from connectors.sandbox.dynamics365 import COMPANY
from tests.sandbox.callers import FORM, Caller, Reply

BASE = "/dynamics365/v2.0/demo/sandbox/api/v2.0"


class BcCaller(Caller):
    """Logged in, with one item and one customer."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.sandbox = sandbox
        self.token = self.login().json["access_token"]

    def login(self, tenant: str = "demo", **changes: str) -> Reply:
        form = {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "secret",
            "scope": "https://api.businesscentral.dynamics.com/.default",
            **changes,
        }
        path = f"/dynamics365/{tenant}/oauth2/v2.0/token"
        return self.call("POST", path, urlencode(form).encode(), {"Content-Type": FORM})

    def ask(self, method: str, path: str, body: Any = None, headers: Any = (), **query: Any) -> Reply:
        asked = f"?{urlencode({f'${name}': value for name, value in query.items()})}" if query else ""
        sent = None if body is None else json.dumps(body).encode()
        return self.call(
            method,
            f"{BASE}/companies({COMPANY})/{path}{asked}",
            sent,
            {"Authorization": f"Bearer {self.token}", **dict(headers)},
        )

    def seed(self) -> None:
        self.sandbox.control("POST", "dynamics365/items", {"items": [{"number": "A", "inventory": 5}]})
        self.sandbox.control(
            "POST", "dynamics365/customers", {"customers": [{"number": "C1", "displayName": "C"}]}
        )

    def ordered(self, number: str = "100", **more: Any) -> Reply:
        line = {
            "lineType": "Item",
            "lineObjectNumber": "A",
            "quantity": 2,
            "unitPrice": 100,
            "discountAmount": 20,
        }
        body = {"customerNumber": "C1", "externalDocumentNumber": number, "salesOrderLines": [line], **more}
        return self.ask("POST", "salesOrders", body, expand="salesOrderLines")
