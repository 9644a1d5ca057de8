"""Which implementation can do what, told by the code itself: for the README, the admin and whoever chooses a vendor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors import registry
from connectors.contracts.base import Provider
from connectors.contracts.books import CreditNoteExporter, PaidInvoiceSource
from connectors.contracts.catalog import (
    ChangeNotices,
    CustomerSink,
    CustomerSource,
    PriceSink,
    PriceSource,
    ProductSink,
    ProductSource,
)
from connectors.contracts.crm import CrmProvider
from connectors.contracts.ecommerce import OrderSource, ShopProvider
from connectors.contracts.erp import (
    InvoiceExporter,
    OrderExchange,
    OrderExporter,
    PaymentExporter,
    ShipmentExporter,
    StockSink,
    StockSource,
)
from connectors.contracts.feeds import FeedProvider
from connectors.contracts.mail import MailReceiver
from connectors.contracts.notification import Notifier
from connectors.contracts.payment import PaymentProvider
from connectors.contracts.shipping import CarrierProvider
from connectors.contracts.validation import Validator
from connectors.contracts.warehouse import WmsProvider
from connectors.contracts.webhooks import WebhookRegistrar

CONTRACTS: dict[str, type[Provider]] = {
    "Payment": PaymentProvider,
    "Shipping": CarrierProvider,
    "Shop": ShopProvider,
    "Order import": OrderSource,
    "Order export": OrderExporter,
    "Payment export": PaymentExporter,
    "Shipment export": ShipmentExporter,
    "Invoice export": InvoiceExporter,
    "Credit note export": CreditNoteExporter,
    "Paid invoices": PaidInvoiceSource,
    "Stock import": StockSource,
    "Stock export": StockSink,
    "Product import": ProductSource,
    "Product export": ProductSink,
    "Price import": PriceSource,
    "Price export": PriceSink,
    "Customer import": CustomerSource,
    "Customer export": CustomerSink,
    "Change notices": ChangeNotices,
    "Warehouse": WmsProvider,
    "CRM": CrmProvider,
    "Order exchange": OrderExchange,
    "Notification": Notifier,
    "Mail": MailReceiver,
    "Validation": Validator,
    "Webhook registration": WebhookRegistrar,
    "Product feed": FeedProvider,
}


#: A registration takes the place of the one before it, a file that is fetched again is the same, a batch sets what it
#: says, and what only comes in writes nothing at the vendor.
_ENDINGS: dict[type[Provider], str] = {
    WebhookRegistrar: "done again",
    FeedProvider: "done again",
    MailReceiver: "writes nothing",
    **dict.fromkeys((ProductSink, PriceSink, CustomerSink), "done again"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a contract. `name` is the method's, `label` what people read."""

    contract: str
    name: str

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()


def operations() -> list[Operation]:
    """Every operation of every contract, in the order of the contracts."""
    return [
        Operation(contract, name)
        for contract, base in CONTRACTS.items()
        for name, item in vars(base).items()
        if hasattr(item, "is_operation")
    ]


def matrix(implementations: Iterable[type[Provider]] | None = None) -> list[dict[str, Any]]:
    """One row for each implementation: slug, label, category, names, `contracts` that it serves, `operations` as contract
    to {operation: whether it has it}, and what decides how a lost answer is dealt with (see `care`)."""
    chosen = registry.all().values() if implementations is None else implementations
    return [_row(implementation) for implementation in chosen]


def markdown(implementations: Iterable[type[Provider]] | None = None) -> str:
    """The matrix as Markdown: one line for each implementation and contract, with the operations that it has."""
    lines = ["| Implementation | Contract | Operations | After a lost answer |", "|---|---|---|---|"]
    for row in matrix(implementations):
        for contract, offered in row["operations"].items():
            names = ", ".join(_noted(Operation(contract, name), row) for name, has in offered.items() if has)
            ending = _ENDINGS.get(CONTRACTS[contract], row["care"])
            lines.append(f"| {row['label']} | {contract} | {names} | {ending} |")
    return "\n".join(lines) + "\n"


def _noted(operation: Operation, row: dict[str, Any]) -> str:
    """The operation's label, with how much of a payment it takes at a time."""
    if (operation.contract, operation.name) == ("Payment", "capture") and row["partial_capture"]:
        return f"{operation.label} ({'in several parts' if row['multiple_captures'] else 'in one part'})"
    if (operation.contract, operation.name) == ("Payment", "refund") and row["partial_refund"]:
        return f"{operation.label} (in parts)"
    return operation.label


def care(implementation: type[Provider]) -> str:
    """How a write whose answer was lost is brought to an end."""
    if issubclass(implementation, FeedProvider):
        return _ENDINGS[FeedProvider]
    carrier, found = implementation.idempotency, _looks_up(implementation)
    end = "looked up" if found else "a person decides"
    if carrier is None:
        return end
    return f"repeated under its key{' where it takes one' if carrier.operations else ''}, then {end}"


def _row(implementation: type[Provider]) -> dict[str, Any]:
    has = set(implementation.operations())
    served = [name for name, base in CONTRACTS.items() if issubclass(implementation, base)]
    return {
        "slug": implementation.slug,
        "label": implementation.label,
        "category": implementation.category.value,
        "names": registry.names_of(implementation),
        "contracts": served,
        "operations": {
            contract: {item.name: item.name in has for item in operations() if item.contract == contract}
            for contract in served
        },
        "webhooks": implementation.webhook is not None,
        "idempotency": implementation.idempotency is not None,
        "look_up": _looks_up(implementation),
        "partial_capture": getattr(implementation, "partial_capture", None),
        "multiple_captures": getattr(implementation, "multiple_captures", None),
        "partial_refund": getattr(implementation, "partial_refund", None),
        "care": care(implementation),
    }


def _looks_up(implementation: type[Provider]) -> bool:
    """By an operation of its contract, or in a `settle` of its own."""
    settles = not implementation.settle.__module__.startswith("connectors.contracts.")
    reads = {"status", "find", "find_order", "read_session"} & set(implementation.operations())
    return settles or (bool(reads) and getattr(implementation, "can_be_asked", True))
