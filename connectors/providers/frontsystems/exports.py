"""Orders out: omnichannel orders for the stores, and finished web sales."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import OrderExport, OrderExporter
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.frontsystems import omni, websales
from connectors.providers.frontsystems.api import UNKNOWN_THERE, Json, told, whole_number
from connectors.providers.frontsystems.people import Customers
from connectors.providers.frontsystems.stock import LAG, Stock
from connectors.providers.frontsystems.websales import Places


class Exports(Customers, Stock, OrderExporter):
    def export_order(self, export: OrderExport) -> Exported:
        order = export.order
        if self._is_web_sale(order):
            return self._book(order)
        stock, there = self._stock(order), self._there(order)
        if there is not None:
            return self._amend(order, there)
        body = omni.body_of(order, self.values)
        made = self.change("POST", "/OmniChannel", body, headers={"x-StockId": str(stock)})
        number = whole_number(made, "order that it has made")
        return Exported(
            external_id=str(number), message=f"made as {body['orderType']} for stock location {stock}"
        )

    def find_order(self, export: OrderExport) -> Exported | None:
        if self._is_web_sale(export.order):
            raise Rejected(
                "Front Systems cannot be asked for web sales; exporting one again changes nothing there"
            )
        there = self._there(export.order)
        return Exported(external_id=told(there, "orderid") or export.order.number) if there else None

    def settle(self, operation: str, request: Any) -> Any:
        if operation == "set_inventory":
            return self.settle_stock(request)
        if operation == "export_order":
            if self._is_web_sale(request.order):
                return NotExecuted()
            return self.find_order(request) or NotExecuted(proved_after_s=LAG)
        return super().settle(operation, request)

    def _is_web_sale(self, order: OrderDocument) -> bool:
        return order.order_type.casefold() in self.values.web_sale_order_types

    def _book(self, order: OrderDocument) -> Exported:
        values, stock = self.values, self._stock(order)
        freight = str(self.ask("/Sale/freight")) if order.shipping_total else ""
        store = values.store_id or self._store_of(stock)
        body = websales.body_of(order, values, self.config.tenant_uid, Places(stock, freight))
        body["customerID"] = values.web_customer_id or self.upsert(websales.buyer_of(order))
        sale = whole_number(self.change("PUT", "/Sale", body, headers={"x-storeId": str(store)}), "sale")
        return Exported(external_id=str(sale), message=f"booked as web sale of store {store}")

    def _store_of(self, stock: int) -> int:
        with reading("Front Systems' stores", RetryLater):
            found = next(
                (int(one["storeid"]) for one in self.stores() if told(one, "stockid") == str(stock)), 0
            )
        if not found:
            raise Misconfigured(
                f"Front Systems has no store with the stock location {stock}; set the connector's property StoreId"
            )
        return found

    def _there(self, order: OrderDocument) -> Json | None:
        """Our order there; None where there is none, which Front Systems tells by 404 or by nothing."""
        try:
            found = self.ask("/OmniChannel", orderNo=order.number)
        except Rejected as error:
            if error.code == UNKNOWN_THERE:
                return None
            raise
        if not found:
            return None
        with reading("Front Systems' order", RetryLater):
            if str(found["orderno"]) != order.number:
                raise ValueError(f"it was asked for {order.number} and tells of {found['orderno']}")
            return dict(found)

    def _amend(self, order: OrderDocument, there: Json) -> Exported:
        number = told(there, "orderid") or order.number
        if not omni.is_open(there):
            state = omni.state_of(there) or f"{told(there, 'status')!r}, which is not known here"
            return Exported(external_id=number, message=f"{state} in Front Systems, so nothing was changed")
        body = omni.body_of(order, self.values)
        changed = omni.differs(body, there)
        if not changed:
            return Exported(external_id=number, message="nothing to change")
        self.change("PUT", "/OmniChannel", body)
        return Exported(external_id=number, message=f"changed {', '.join(changed)}")

    def _stock(self, order: OrderDocument) -> int:
        """The location of the order's store, by the market's own id, else the general one; else StockId."""
        ids = {name.casefold(): value for name, value in order.sections.get("store_ids", {}).items()}
        owner = self.config.connector_id or self.config.name
        names = (f"{self.place_id}-{order.market}", self.place_id, owner)
        found = next((ids[name.casefold()] for name in names if ids.get(name.casefold())), "")
        place = str(found or self.values.stock_id or "")
        if not (place.isascii() and place.isdecimal()):
            what = f"The store {order.store}" if order.store else "The order has no store, and so"
            raise Misconfigured(
                f"{what} has no stock location in Front Systems: give the store the external id FrontSystemsStockId with its"
                " number, or set the connector's property StockId"
            )
        return int(place)
