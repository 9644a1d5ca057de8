"""Orders: one of each of ours, or one of each shipment."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import OrderExport
from connectors.providers.tripletex.api import LAG, NORWAY, reference_to
from connectors.providers.tripletex.bodies import Part, amount_body, line_body, shipping_rate
from connectors.providers.tripletex.documents import Documents


class Orders(Documents):
    def export_order(self, export: OrderExport) -> Exported:
        """What is there already stays as it is."""
        order = export.order
        parts, ours = self.parts(order), self.reference(order)
        missing = [part for part in parts if self.order_by(part.number, ours) is None]
        external_id = ", ".join(part.number for part in parts)
        if not missing:
            return Exported(external_id=external_id, message="there before, so nothing was changed")
        customer, said = self.customer_for(order)
        products, made = self.products_for(order)
        for part in missing:
            self.made("/order", self._order_body(order, part, customer, products))
        new = f", with new products {', '.join(made)}" if made else ""
        return Exported(external_id=external_id, message=f"created{said}{new}")

    def find_order(self, export: OrderExport) -> Exported | None:
        parts, ours = self.parts(export.order), self.reference(export.order)
        if not all(self.order_by(part.number, ours) for part in parts):
            return None
        return Exported(external_id=", ".join(part.number for part in parts))

    def settle_order(self, export: OrderExport) -> Any:
        found = self.find_order(export)
        if found is None:
            return NotExecuted(proved_after_s=LAG)
        return Exported(external_id=found.external_id, message="found there after its answer was lost")

    def order_head(self, order: OrderDocument, number: str, customer: int) -> dict[str, Any]:
        """What orders and credit notes have in common."""
        values = self.values
        return {
            "number": number,
            "reference": self.reference(order),
            "customer": reference_to(customer),
            "currency": self.currency(order.currency),
            "isPrioritizeAmountsIncludingVat": True,
            **({"department": reference_to(values.department_id)} if values.department_id else {}),
        }

    def _order_body(
        self, order: OrderDocument, part: Part, customer: int, products: dict[str, int]
    ) -> dict[str, Any]:
        placed, values = order.placed_at.astimezone(NORWAY).date(), self.values
        due = (
            {"invoicesDueIn": values.invoices_due_in_days, "invoicesDueInType": "DAYS"}
            if values.invoices_due_in_days
            else {}
        )
        mapped = {
            field: order.properties[name]
            for name, field in self.config.field_mapping
            if name in order.properties
        }
        return {
            **values.order_fields,
            **self.order_head(order, part.number, customer),
            **due,
            "orderDate": placed,
            "deliveryDate": placed,
            "receiverEmail": order.customer.email or order.billing.email,
            **self._delivery(order),
            "orderLines": self._lines(order, part, products),
            **mapped,
        }

    def _delivery(self, order: OrderDocument) -> dict[str, Any]:
        """With a name of its own Tripletex takes it as it is, and does not look at the customer's."""
        address = self.address(order.shipping)
        name = order.shipping.company or order.shipping.name
        return {"deliveryAddress": {"name": name, **address} if name else address} if address else {}

    def _lines(self, order: OrderDocument, part: Part, products: dict[str, int]) -> list[dict[str, Any]]:
        rows = [
            line_body(line, line.quantity, products.get(line.sku), self.vat_type(line.tax_rate))
            for line in part.lines
        ]
        if not part.fee:
            return rows
        vat = self.vat_type(shipping_rate(order))
        product = products.get(self.values.shipping_product)
        return [*rows, amount_body("Frakt", part.fee.amount, vat, product=product)]
