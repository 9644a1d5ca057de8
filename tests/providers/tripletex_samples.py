"""What the recorded answers of Tripletex's test service, and the shapes that it documents, have to come to."""

from __future__ import annotations

import json
from typing import Any

from connectors.calls import Ending
from connectors.contracts.base import Inbound
from connectors.contracts.webhooks import WebhookRequest
from connectors.errors import Rejected
from connectors.providers.tripletex import Tripletex
from connectors.providers.tripletex.masters import CUSTOMER
from connectors.providers.tripletex.webhooks import TripletexSignature
from tenants.secret_value import SecretValue
from tests.contract.scenarios.orders import export
from tests.contract.test_webhooks import reader
from tests.providers.asking import Asked, ask

Samples = dict[str, Any]

_NOT_ASKED = "is never asked for"
TOKEN = (201, {"value": {"token": "tlx-sample-token-81", "expirationDate": "2099-01-01"}})
LEFT_OUT = {
    "probe-inventory_minimal": f"a warehouse is never made, so this refusal {_NOT_ASKED}",
    "probe-orderGroup_minimal": f"orders are not grouped, so this failure {_NOT_ASKED}",
    "probe-supplier_name": f"a supplier {_NOT_ASKED}",
    "ref-ledgerPaymentTypesOut": "payment types of what is bought; what is sold has those of /invoice/paymentType",
    "call-3": f"a division {_NOT_ASKED}",
}


def told(operation: str, request: Any, *answers: Any) -> Asked:
    """One operation with a login and then these answers, whatever is asked."""
    asked = ask("tripletex", operation, request, TOKEN, *answers)
    del asked.server.requests[0]
    return asked


def listed(*rows: Any) -> tuple[int, Any]:
    return 200, {"from": 0, "count": len(rows), "values": list(rows)}


def inbound(body: bytes, headers: dict[str, str]) -> Inbound:
    return Inbound(method="POST", url="https://hub.example/w/", headers=headers, body=body, received_at=0)


def envelopes(data: dict[str, Any], samples: Samples) -> None:
    refused = told("find_order", export({}), (422, data["error"]))
    assert isinstance(refused.error, Rejected)
    assert refused.error.code == str(data["error"]["code"])
    assert told("import_products", "", (200, data["list"])).result.items == ()
    assert told("find_order", export({}), (200, data["single"])).outcome.ending is Ending.RETRY


def notice(data: Any, samples: Samples) -> None:
    raw = json.dumps({**samples["response-envelopes"]["webhook"], "id": 7}).encode()
    [event] = reader("tripletex").read_webhook(inbound(raw, {}))  # type: ignore[attr-defined]
    assert (event.type, event.provider_id) == ("object.verb", "7")


def subscription(data: dict[str, Any], samples: Samples) -> None:
    """Beyond this we send nothing; a header of our own is left out, because the signature proves more."""
    notice(data, samples)
    asked = told(
        "register_webhook",
        WebhookRequest(url="https://hub.example/w/"),
        listed(),
        *((201, {"value": {"id": number}}) for number in range(1, 6)),
    )
    assert set(asked.bodies[-1]) <= set(data)
    assert data["event"] in Tripletex.webhook_events


def signature(data: dict[str, Any], samples: Samples) -> None:
    assert isinstance(Tripletex.webhook, TripletexSignature)
    arrived = inbound(data["raw_body"].encode(), data["headers"])
    Tripletex.webhook.verify(arrived, [SecretValue(data["secret"])], 0)


def refusal(data: dict[str, Any], samples: Samples) -> None:
    """The recorder has unwrapped single messages."""
    body = {
        "status": data["status"],
        "code": 18000,
        "message": data["errorMessage"],
        "validationMessages": data["validationMessages"],
    }
    refused = told("find_order", export({}), (data["status"], body)).error
    assert isinstance(refused, Rejected)
    rows = data["validationMessages"]
    for row in [rows] if isinstance(rows, dict) else rows:
        assert f"{row['field']}: {row['message']}" in refused.message


def customer_made(data: dict[str, Any], samples: Samples) -> None:
    assert set(CUSTOMER.split(",")) <= set(data["responseFields"])
    assert data["createdId"]


def vat_types(data: list[dict[str, Any]], samples: Samples) -> None:
    """The order's lines get the one of 25 %, though another has that rate, too."""
    customer, product, coded = {"id": 7, "email": "kari@example.com"}, {"id": 8}, {"id": 1}
    asked = told(
        "export_order",
        export({}),
        listed(),
        listed(customer),
        listed({**product, "number": "WOOL-M"}),
        listed({**product, "number": "SOCK-42"}),
        listed({**coded, "code": "NOK"}),
        listed({**coded, "isoAlpha2Code": "NO"}),
        listed(*data),
        (201, {"value": {"id": 9}}),
    )
    assert asked.result.external_id == "100234"
    assert {line["vatType"]["id"] for line in asked.bodies[-1]["orderLines"]} == {3}


def units(data: list[dict[str, Any]], samples: Samples) -> None:
    row = {"id": 1, "number": "WOOL-M", "isInactive": False, "productUnit": data[0]}
    [product] = told("import_products", "", listed(row)).result.items
    assert product.unit == data[0]["nameShort"]


def page(data: dict[str, Any], samples: Samples) -> None:
    """One of two: there is more to read."""
    found = json.loads(data["ResponseSnippet"])
    found["values"] = [{**row, "number": "A-1", "isInactive": False} for row in found["values"]]
    asked = told("import_products", "", (200, found)).result
    assert (asked.cursor, asked.more) == ("1", True)


READERS = {
    "response-envelopes": envelopes,
    "webhook-subscription-request": subscription,
    "webhook-hmac-computed": signature,
    "probe-product_minimal": refusal,
    "probe-contact_minimal": refusal,
    "probe-purchaseOrder_minimal": refusal,
    "probe-customer_name_only": customer_made,
    "probe-productUnit_name": refusal,
    "ref-vatTypes": vat_types,
    "ref-productUnits": units,
    "call-1": page,
}
