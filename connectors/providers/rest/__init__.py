"""REST API: any HTTP service that takes or gives orders, invoices and payments, described by the merchant in properties.

Nothing of the service is known here: methods, paths, bodies, what success is, where ids and errors stand, how something is
looked up and how lists go on, all of it is the connector's. See description.py and templates.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import (
    Answer,
    BadAnswer,
    Category,
    Idempotency,
    NotExecuted,
    Request,
    form_pairs,
)
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import OrderSource, Page
from connectors.contracts.erp import (
    InvoiceExporter,
    OrderExport,
    OrderExporter,
    PaymentExport,
    PaymentExporter,
    ShipmentExport,
    ShipmentExporter,
)
from connectors.errors import Misconfigured, ProviderError
from connectors.order_json import mapping_problems
from connectors.providers.rest import templates
from connectors.providers.rest.answers import KINDS, body_of, error_in, exported, found_in, is_missing
from connectors.providers.rest.calls import Call, Listing, Success
from connectors.providers.rest.documents import document_of_export, texts
from connectors.providers.rest.guide import GUIDE
from connectors.providers.rest.importing import Place, items_of, orders_of
from connectors.providers.rest.mapping import document_of
from connectors.providers.rest.settings import RestSettings, WhatIsEntered

_OFFERS = {
    OrderExporter: "export_order",
    InvoiceExporter: "export_invoice",
    PaymentExporter: "export_payment",
    ShipmentExporter: "export_shipment",
    OrderSource: "import_orders",
}
_PROPERTIES = {
    "export_order": "ExportOrder",
    "export_invoice": "ExportInvoice",
    "export_payment": "ExportPayment",
    "export_shipment": "ExportShipment",
}


class Rest(OrderExporter, InvoiceExporter, PaymentExporter, ShipmentExporter, OrderSource):
    slug, label, category = "rest", "REST API", Category.OTHER
    names = ("Rest",)
    settings = RestSettings
    auth = WhatIsEntered()
    check = ("GET", "{Test}")
    idempotency = Idempotency("header:Idempotency-Key", body_bound=False, errors_kept=False)
    guide = GUIDE

    @classmethod
    def idempotency_of(cls, values: Any) -> Idempotency | None:
        if values is None or not values.key_header:
            return None
        return Idempotency(
            f"header:{values.key_header}", window_hours=values.key_hours, body_bound=False, errors_kept=False
        )

    @classmethod
    def offers(cls, values: Any, contract: type) -> bool:
        return contract not in _OFFERS or bool(getattr(values, _OFFERS[contract]))

    @classmethod
    def mapping_problems(cls, rows: Any) -> Any:
        return mapping_problems(rows)

    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        return Place.begun_anew(cursor)

    def export_order(self, export: OrderExport) -> Exported:
        return self._export("export_order", document_of_export(export))

    def find_order(self, export: OrderExport) -> Exported | None:
        return self._find(self._described("export_order"), document_of_export(export))

    def export_invoice(self, export: OrderExport) -> Exported:
        return self._export("export_invoice", document_of_export(export))

    def find_invoice(self, export: OrderExport) -> Exported | None:
        return self._find(self._described("export_invoice"), document_of_export(export))

    def export_payment(self, export: PaymentExport) -> Exported:
        return self._export("export_payment", document_of_export(export))

    def export_shipment(self, export: ShipmentExport) -> Exported:
        return self._export("export_shipment", document_of_export(export))

    def settle(self, operation: str, request: Any) -> Exported | NotExecuted | None:
        """Asked as described; where no look-up is, a person decides."""
        described = self._described(operation)
        if described.find is None:
            return None
        return self._find(described, document_of_export(request)) or NotExecuted(
            proved_after_s=described.find.lag_s
        )

    def import_orders(self, cursor: str) -> Page:
        listing = self.values.import_orders
        if listing is None:
            raise Misconfigured("This connector does not describe ImportOrders; enter that property")
        place = Place.read(cursor, listing)
        answer = self._listed(listing, place)
        orders, unread = orders_of(items_of(answer, listing), self.config)
        after = place.after(answer, len(orders) + len(unread), orders, bool(unread), listing)
        return Page(
            items=tuple(sorted(orders, key=lambda order: order.modified_at)),
            cursor=after.text(),
            more=after.goes_on,
            unread=tuple(unread),
        )

    def test_connection(self) -> Any:
        call = self.values.test
        if call is None:
            raise Misconfigured(
                'Describe a request to test with in the property Test, such as {"path": "/me"}'
            )
        return self._asked("GET", call.path, call.query, call.success, {})

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        told = self.values.errors.kinds.get(code) if code else None
        return KINDS[told] if told else super().kind_of(code, answer, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            body = answer.json()
        except BadAnswer:
            return "", ""
        return error_in(body, self.values.errors)

    def _export(self, operation: str, document: Mapping[str, Any]) -> Exported:
        call = self._described(operation)
        answer = self._sent(call, document)
        body = body_of(answer, call.success, self.values.errors, writes=True)
        return exported(body, call)

    def _sent(self, call: Call, document: Mapping[str, Any]) -> Answer:
        key = self.door.next_key()
        body = (
            None if call.method in {"GET", "DELETE"} and call.body is None else self._rendered(call, document)
        )
        encoded = (
            {"form": form_pairs(body)} if call.encoding == "form" and body is not None else {"json": body}
        )
        request = Request(
            method=call.method,
            path=templates.address(call.path, document),
            query=texts(call.query, document),
            headers=texts(call.headers, document),
            write=True,
            key=key if self.idempotency_of(self.values) else None,
            **encoded,
        )
        return self.door.send(request, lambda answer: self.classify(answer, writes=True))

    def _rendered(self, call: Call, document: Mapping[str, Any]) -> Any:
        """By the body's template, else by the Field Mapping, else our own document."""
        if call.body is not None:
            return templates.render(call.body, document)
        return (
            document_of(self.config.field_mapping, document) if self.config.field_mapping else dict(document)
        )

    def _find(self, call: Call, document: Mapping[str, Any]) -> Exported | None:
        find = call.find
        if find is None:
            raise Misconfigured("This connector describes no look-up; add find to the description")
        request = Request(
            method="GET",
            path=templates.address(find.path, document),
            query=texts(find.query, document),
        )
        answer = self.door.send(
            request, lambda answer: None if is_missing(answer) else self.classify(answer, writes=False)
        )
        if answer.status == 404:
            return None
        body = body_of(answer, Success(), self.values.errors, writes=False)
        return found_in(body, find, str(templates.render(find.equals, document)))

    def _listed(self, listing: Listing, place: Place) -> Any:
        if place.token.startswith(("http://", "https://", "/")):
            return self._asked("GET", place.token, {}, listing.success, {})
        return self._asked("GET", listing.path, listing.query, listing.success, place.fields(listing))

    def _asked(
        self, method: str, path: str, query: Mapping[str, Any], success: Success, document: Mapping[str, Any]
    ) -> Any:
        request = Request(method=method, path=templates.address(path, document), query=texts(query, document))
        answer = self.door.send(request, lambda answer: self.classify(answer, writes=False))
        return body_of(answer, success, self.values.errors, writes=False)

    def _described(self, operation: str) -> Call:
        call: Call | None = getattr(self.values, operation, None)
        if call is None:
            name = _PROPERTIES.get(operation, operation)
            raise Misconfigured(f"This connector does not describe {name}; enter that property")
        return call
