"""What Adobe's published samples have to come to."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from connectors.client.answer import HttpAnswer
from connectors.contracts.catalog import ProductRecord
from connectors.contracts.ecommerce import Fulfilment
from connectors.contracts.erp import StockLevel
from connectors.errors import Rejected, RetryLater
from connectors.providers.magento import bulk
from connectors.providers.magento.catalog import attributes, customer
from connectors.providers.magento.documents import Order, number_of
from connectors.providers.magento.orders import Taking
from connectors.providers.magento.prices import _row
from connectors.providers.magento.stock import _levels
from connectors.strict_json import parse
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

_BULK = "the body of an operation that the hub does not put into the queue"
LEFT_OUT = {
    "manage-source-items-0": "taking articles off a source, which the hub never does",
    "check-salable-quantity-1": "asks whether an article can be sold, which the hub never does",
    "bulk-endpoints-0": _BULK,
    "bulk-endpoints-2": _BULK,
    "catalog-pricing-4": "tier prices, which the hub does not set",
}


def told(data: Any) -> Any:
    """As it comes off the wire, numbers with decimals as Decimal."""
    return parse(json.dumps(data).encode())


def throttled(data: Any, samples: Samples) -> None:
    answer = HttpAnswer(data["status"], {}, json.dumps(data["body"]).encode())
    error = reader("magento").classify(answer, True)
    assert isinstance(error, RetryLater)
    assert error.message == f"Magento: {data['body']['message']}"


def refusal(data: Any, samples: Samples) -> None:
    error = reader("magento").classify(HttpAnswer(400, {}, json.dumps(data).encode()), True)
    assert isinstance(error, Rejected)
    assert error.message == "Magento: Invalid product data: Invalid attribute set entity type"


def one_line_of_an_order(data: Any, samples: Samples) -> None:
    """The sample leaves lines out: it is read with the shop's own total, to which whoever takes it compares."""
    order = Taking("NO-WEB", {}, "shop", "email", (), {}).read(told(data))
    [line] = order.lines
    assert (order.external_id, order.number, order.customer.number) == ("3", "000000003", "jdoe@example.com")
    assert (line.sku, str(line.unit_price), str(order.total)) == ("WS12-M-Orange", "22.00 USD", "165.00 USD")
    assert (str(order.shipping_total), order.shipping_method) == ("5.00 USD", "Best Way - Table Rate")
    assert (order.shipping.postal_code, order.shipping.region, order.payments) == ("10577", "NY", ())
    assert order.placed_at.isoformat() == "2017-08-21T22:22:19+00:00"


def invoice_body(data: Any, samples: Samples) -> None:
    """All lines are invoiced where none are named, with the money taken."""
    values = reader("magento").values
    assert data == {"capture": values.is_invoice_captured, "notify": True}


def shipment_body(data: Any, samples: Samples) -> None:
    order = Order(told(samples["order-create-order-1"]))
    provider = reader("magento")
    asked = Fulfilment(
        reference="r1",
        order_external_id="3",
        carrier="United Parcel Service",
        tracking_number="1Y-9876543210",
        lines={"3": 1},
    )
    body = provider._parcel(order, asked)  # type: ignore[attr-defined]
    assert body["items"] == data["items"][:1]
    assert body["tracks"] == [{**data["tracks"][0], "carrier_code": "custom"}]


def shipment_of_a_source(data: Any, samples: Samples) -> None:
    order = Order(told(samples["order-create-order-1"]))
    asked = Fulfilment(reference="r1", order_external_id="3", carrier="", tracking_number="")
    body = reader("magento")._parcel(order, asked)  # type: ignore[attr-defined]
    assert (
        body["arguments"]["extension_attributes"].keys() == data["arguments"]["extension_attributes"].keys()
    )
    assert "tracks" not in body
    assert set(body["comment"]) >= set(data["comment"])


def made_invoice(data: Any, samples: Samples) -> None:
    assert number_of(told(data)) == "000000003"


def queue_status(data: Any, samples: Samples) -> None:
    [operation] = told(data)["operations_list"]
    assert operation["status"] == bulk.DONE


def queued_product(data: Any, samples: Samples) -> None:
    body = reader("magento")._own(ProductRecord(sku="X", fields={"price": data["product"]["price"]}))  # type: ignore[attr-defined]
    assert {"product": body} == data


def stock(data: Any, samples: Samples) -> None:
    assert list(_levels(told(data)["items"])) == [
        StockLevel(sku="new_product2", quantity=Decimal(500), location="central"),
        StockLevel(sku="new_product2", quantity=Decimal(250), location="east"),
    ]


def product(data: Any, samples: Samples) -> None:
    """What is there is as it should be, so that nothing would be sent."""
    there = told(data)["product"]
    same = ProductRecord(
        sku="MS-Champ-S",
        name="Champ Tee Small",
        active=True,
        fields={"weight": "0.5", "price": 25, "material": "148", "size": 168},
    )
    assert attributes(there)["tax_class_id"] == "2"
    assert reader("magento")._changes(same, there) == {}  # type: ignore[attr-defined]


def buyer(data: Any, samples: Samples) -> None:
    record = customer(told(data), "phone")
    assert (record.external_id, record.number, record.email) == ("2", "512-555-1111", "jdoe@example.com")
    assert record.address is not None
    assert (record.address.name, record.address.region, record.address.country) == ("Jane Doe", "NY", "US")
    assert record.consents == {}


def special_prices(data: Any, samples: Samples) -> None:
    """What the shop tells of special prices is how they are named to be taken away."""
    rows = told(data if isinstance(data, list) else data["prices"])
    assert [_row(row) for row in rows] == rows


def skus(data: Any, samples: Samples) -> None:
    assert set(data) == {"skus"}


READERS = {
    "rate-limit-429": throttled,
    "gs-web-api-response-1": refusal,
    "order-create-order-1": one_line_of_an_order,
    "order-create-invoice-0": invoice_body,
    "order-create-shipment-0": shipment_body,
    "create-shipment-1": shipment_of_a_source,
    "create-invoice-1": made_invoice,
    "operation-status-endpoints-0": queue_status,
    "asynchronous-web-endpoints-0": queued_product,
    "manage-source-items-2": stock,
    "create-simple-products-0": product,
    "order-create-customer-1": buyer,
    "catalog-pricing-0": special_prices,
    "catalog-pricing-2": special_prices,
    "catalog-pricing-6": skus,
}
