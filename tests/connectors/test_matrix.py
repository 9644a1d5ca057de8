from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from connectors import contracts
from connectors.contracts.base import Category, Idempotency
from connectors.contracts.common import Exported
from connectors.contracts.erp import OrderExport, OrderExporter
from connectors.matrix import CONTRACTS, markdown, matrix, operations
from connectors.providers.stripe import Stripe
from connectors.providers.webhook import Webhook


class OneWay(OrderExporter):
    slug, label, category = "oneway", "One way", Category.ERP

    def export_order(self, export: OrderExport) -> Exported:
        return Exported()


class TwoWays(OneWay):
    slug, label = "twoways", "Two ways"

    def find_order(self, export: OrderExport) -> Exported | None:
        return None


class Keyed(OneWay):
    slug, label, idempotency = "keyed", "Keyed", Idempotency("header:Key")


def test_every_contract_with_operations_is_in_the_matrix() -> None:
    modules = [
        import_module(f"connectors.contracts.{item.name}") for item in iter_modules(contracts.__path__)
    ]
    declared = {
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, type)
        and item.__module__ == module.__name__
        and any(hasattr(member, "is_operation") for member in vars(item).values())
    }
    assert declared == set(CONTRACTS.values())


def test_rows_tell_what_the_code_has() -> None:
    stripe, one_way = matrix([Stripe, OneWay])
    assert stripe["contracts"] == ["Payment", "Webhook registration"]
    assert all(stripe["operations"]["Payment"].values())
    assert (stripe["webhooks"], stripe["partial_capture"], stripe["multiple_captures"]) == (True, True, False)
    assert one_way["operations"] == {"Order export": {"export_order": True, "find_order": False}}
    assert one_way["partial_capture"] is None


def test_a_provider_of_several_contracts_has_them_all_in_its_row() -> None:
    [row] = matrix([Webhook])
    assert row["contracts"] == [
        "Order export",
        "Payment export",
        "Shipment export",
        "Invoice export",
        "Order exchange",
        "Notification",
        "Validation",
    ]
    assert row["names"][0] == "Webhook"


class Settling(Keyed):
    slug, idempotency = "settling", Idempotency("header:Key", operations=("export_order",))

    def settle(self, operation: str, request: object) -> None:
        return None


def test_what_happens_after_a_lost_answer() -> None:
    assert [row["care"] for row in matrix([OneWay, TwoWays, Keyed, Stripe, Settling])] == [
        "a person decides",
        "looked up",
        "repeated under its key, then a person decides",
        "repeated under its key, then looked up",
        "repeated under its key where it takes one, then looked up",
    ]


def test_all_installed_implementations_are_listed() -> None:
    assert {"stripe", "webhook"} <= {row["slug"] for row in matrix()}
    assert "| Stripe | Payment | Create session, Authorize," in markdown()
    assert len(markdown([OneWay]).splitlines()) == 3
    assert {item.contract for item in operations()} == set(CONTRACTS)
