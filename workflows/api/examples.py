"""Bodies that the API description shows; the tests send and compare them."""

from __future__ import annotations

from typing import Any

_ADDRESS = {
    "name": "Kari Nordmann",
    "line1": "Storgata 1",
    "postal_code": "0155",
    "city": "Oslo",
    "country": "NO",
}
_CUSTOMER = {"number": "C-1001", "email": "kari@buyer.example", "first_name": "Kari", "last_name": "Nordmann"}

NEW_ORDER: dict[str, Any] = {
    "number": "WEB-1001",
    "order_type": "Online",
    "market": "NOR",
    "customer": _CUSTOMER,
    "billing": _ADDRESS,
    "lines": [
        {"sku": "TENT-2", "quantity": "1", "unit_price": "2499.00", "discount": "250.00", "tax_rate": "25"},
        {"sku": "STOVE-1", "quantity": "2", "unit_price": "399.00", "tax_rate": "25"},
    ],
    "shipping_total": "99.00",
    "shipping_tax_rate": "25",
    "total": "3146.00",
    "tags": ["web"],
    "external_ids": {"shop": "9001"},
    "placed_at": "2026-05-03T12:00:00Z",
}

ORDER: dict[str, Any] = {
    "number": "WEB-1001",
    "order_type": "Online",
    "status": "New",
    "version": 1,
    "market": "NOR",
    "store": "",
    "currency": "NOK",
    "customer": _CUSTOMER,
    "billing": _ADDRESS,
    "shipping": _ADDRESS,
    "lines": [
        {
            "number": 1,
            "sku": "TENT-2",
            "name": "Tent for two",
            "quantity": "1",
            "unit_price": "2499.00",
            "discount": "250.00",
            "tax_rate": "25",
            "tax": "449.80",
            "total": "2249.00",
            "properties": {},
        },
        {
            "number": 2,
            "sku": "STOVE-1",
            "name": "Stove",
            "quantity": "2",
            "unit_price": "399.00",
            "discount": "0.00",
            "tax_rate": "25",
            "tax": "159.60",
            "total": "798.00",
            "properties": {},
        },
    ],
    "shipping_total": "99.00",
    "shipping_tax_rate": "25",
    "discount_total": "250.00",
    "tax_total": "629.20",
    "total": "3146.00",
    "tags": ["web"],
    "properties": {},
    "external_ids": {"shop": "9001"},
    "errors": [],
    "placed_at": "2026-05-03T12:00:00Z",
    "completed_at": None,
    "canceled_at": None,
    "created_at": "2026-05-03T12:00:01Z",
    "modified_at": "2026-05-03T12:00:01Z",
}

PLACED_ORDER = {**ORDER, "run_id": 4711}

NEW_STATUS = {"status": "InProgress", "reason": "Paid by invoice", "version": 1}
STATUS = {"number": "WEB-1001", "status": "InProgress", "version": 2, "run_id": 4712, "run_state": None}

STATUS_NOT_ALLOWED = {
    "type": "urn:crossdock:problem:status-not-allowed",
    "title": "Conflict",
    "status": 409,
    "detail": "The order is in status New and cannot go to Completed; allowed next: InProgress, OrderCanceled.",
    "instance": "/api/v1/orders/WEB-1001/status/",
    "request_id": "5f0d3c1e9a7b4c52",
    "errors": [
        {
            "field": "status",
            "message": "The order is in status New and cannot go to Completed",
            "cure": "allowed next: InProgress, OrderCanceled.",
        }
    ],
}

NEW_ACTION = {"action": "capture", "amount": "500.00", "reason": "Half of it is sent"}
ACTION_STARTED = {
    "number": "WEB-1001",
    "status": "InProgress",
    "message": "Capture 500.00 NOK is under way.",
    "run": {
        "id": 4713,
        "order": "WEB-1001",
        "order_type": "Online",
        "status": "InProgress",
        "kind": "manual",
        "label": "Capture 500.00 NOK",
        "continues": None,
        "generation": 12,
        "state": "queued",
        "trigger": "api",
        "actor": "ERP",
        "reason": "Half of it is sent",
        "message": "",
        "created_at": "2026-05-03T12:10:00Z",
        "started_at": None,
        "finished_at": None,
        "steps": [],
    },
}

NEW_ERROR = {"key": "AddressCheck", "message": "The street does not exist", "severity": "Warning"}

ORDER_CHANGE: dict[str, Any] = {
    "tags": ["web", "gift"],
    "external_ids": {"erp": "SO-9"},
    "customer": {"phone": "+4799999999"},
    "version": 1,
}

BULK_ORDERS: dict[str, Any] = {
    "saved": 1,
    "failed": 1,
    "results": [
        {"index": 0, "outcome": "created", "number": "WEB-1001", "run_id": 17, "errors": []},
        {
            "index": 1,
            "outcome": "failed",
            "number": None,
            "run_id": None,
            "errors": [
                {
                    "field": "lines.0.sku",
                    "message": "There is no product with SKU 'TNET-2' to order",
                    "cure": "did you mean TENT-2?",
                }
            ],
        },
    ],
}
