"""What each collection of Business Central does when it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.core.wire import Request, Response
from connectors.sandbox.dynamics365 import credits, journals, orders
from connectors.sandbox.dynamics365.company import Company, Json, dumped, shown
from connectors.sandbox.dynamics365.customers import create as create_customer
from connectors.sandbox.dynamics365.errors import BcError
from connectors.sandbox.dynamics365.lists import listed


@dataclass(frozen=True, slots=True)
class Call:
    """One call on a company's records. `key` is the id in the path, `url` the address that was asked."""

    company: Company
    request: Request
    key: str
    url: str

    @property
    def body(self) -> Any:
        try:
            body = json.loads(self.request.body, parse_float=Decimal, parse_int=Decimal)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise BcError("BadRequest", "Invalid Request Body")
        return body

    @property
    def expanded(self) -> bool:
        return self.request.query.get("$expand") == "salesOrderLines"

    def list(self, records: Any, show: Callable[..., Json] = shown) -> Response:
        prefer = self.request.headers.get("prefer", "")
        page = listed(records.values(), self.request.query, prefer, self.url, show)
        return Response(body=dumped(page))


def _list_orders(call: Call) -> Response:
    return call.list(call.company.orders, lambda order: orders.order_shown(order, expanded=call.expanded))


def _read_order(call: Call) -> Response:
    return _order(call, orders.order_of(call.company, call.key))


def _create_order(call: Call) -> Response:
    return _order(call, orders.create(call.company, call.body), 201)


def _amend_order(call: Call) -> Response:
    order = orders.order_of(call.company, call.key)
    return _order(
        call, orders.amend(call.company, order, call.body, call.request.headers.get("if-match", ""))
    )


def _add_line(call: Call) -> Response:
    order = orders.order_of(call.company, call.key)
    return Response(201, dumped(orders.add_line(call.company, order, call.body)))


def _ship_and_invoice(call: Call) -> Response:
    orders.ship_and_invoice(call.company, orders.order_of(call.company, call.key))
    return Response(204)


def _list_memos(call: Call) -> Response:
    return call.list(call.company.memos, credits.memo_shown)


def _create_memo(call: Call) -> Response:
    return Response(201, dumped(credits.memo_shown(credits.create(call.company, call.body))))


def _read_memo(call: Call) -> Response:
    return Response(body=dumped(credits.memo_shown(credits.memo_of(call.company, call.key))))


def _add_memo_line(call: Call) -> Response:
    memo = credits.memo_of(call.company, call.key)
    return Response(201, dumped(credits.add_line(call.company, memo, call.body)))


def _post_memo(call: Call) -> Response:
    credits.post(call.company, credits.memo_of(call.company, call.key))
    return Response(204)


def _list_payments(call: Call) -> Response:
    return call.list(journals.journal_of(call.company, call.key)["lines"])


def _add_payment(call: Call) -> Response:
    journal = journals.journal_of(call.company, call.key)
    return Response(201, dumped(shown(journals.add_payment(call.company, journal, call.body))))


def _order(call: Call, order: Json, status: int = 200) -> Response:
    return Response(status, dumped(orders.order_shown(order, expanded=call.expanded)))


def _create_customer(call: Call) -> Response:
    return Response(201, dumped(shown(create_customer(call.company, call.body))))


HANDLERS: dict[tuple[str, str, bool, str], Callable[[Call], Response]] = {
    ("GET", "customers", False, ""): lambda call: call.list(call.company.customers),
    ("POST", "customers", False, ""): _create_customer,
    ("GET", "items", False, ""): lambda call: call.list(call.company.items),
    ("GET", "companyInformation", False, ""): lambda call: call.list({"": call.company.information}),
    ("GET", "itemLedgerEntries", False, ""): lambda call: call.list(call.company.entries),
    ("GET", "salesInvoices", False, ""): lambda call: call.list(call.company.invoices),
    ("GET", "generalLedgerEntries", False, ""): lambda call: call.list(call.company.ledger_entries),
    ("GET", "customerPaymentJournals", False, ""): lambda call: call.list(call.company.journals),
    ("GET", "customerPaymentJournals", True, "customerPayments"): _list_payments,
    ("POST", "customerPaymentJournals", True, "customerPayments"): _add_payment,
    ("GET", "salesCreditMemos", False, ""): _list_memos,
    ("POST", "salesCreditMemos", False, ""): _create_memo,
    ("GET", "salesCreditMemos", True, ""): _read_memo,
    ("POST", "salesCreditMemos", True, "salesCreditMemoLines"): _add_memo_line,
    ("POST", "salesCreditMemos", True, "Microsoft.NAV.post"): _post_memo,
    ("GET", "salesOrders", False, ""): _list_orders,
    ("POST", "salesOrders", False, ""): _create_order,
    ("GET", "salesOrders", True, ""): _read_order,
    ("PATCH", "salesOrders", True, ""): _amend_order,
    ("POST", "salesOrders", True, "salesOrderLines"): _add_line,
    ("POST", "salesOrders", True, "Microsoft.NAV.shipAndInvoice"): _ship_and_invoice,
}
