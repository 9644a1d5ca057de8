"""How to ask the Dynamics 365 implementation in its own tests: of answers that are told, or of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import Line, OrderDocument
from connectors.contracts.erp import OrderExport
from connectors.providers.dynamics365 import Dynamics365
from connectors.sandbox import Sandbox
from connectors.sandbox.dynamics365 import COMPANY
from connectors.schema import SettingsValues, secrets_of
from eventlog.events import EventData
from tenants.money import Money
from tenants.secret_value import SecretValue
from tests.contract.bench import TENANT
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import ORDER, nok
from tests.idle import gates
from tests.providers.asking import Asked, ask
from workflows.amounts import included_tax, line_total

TOKEN = fixture("dynamics365")["login"]["answer"]["body"]


def values(host: str, login: str = "https://login.example", **given: Any) -> SettingsValues:
    """Settings as filled in; `given` in capitals are properties, others columns."""
    properties = {"CompanyId": COMPANY, **{key: given.pop(key) for key in list(given) if key[0].isupper()}}
    columns = {
        "client_app_id": "app-1",
        "client_app_secret": SecretValue("s3cret-of-the-app"),
        "tenant_url": login,
        "oauth_tenant": "demo",
        "host": host,
        "is_test": True,
    }
    return Dynamics365.settings.compile({**columns, **given}, properties)


def told(operation: str, request: Any, *answers: Any, **options: Any) -> Asked:
    """One operation with a login and then these answers, whatever is asked."""
    given = options.pop("values", None) or {}
    asked = ask(
        "dynamics365",
        operation,
        request,
        (200, TOKEN),
        *answers,
        **options,
        **({"values": given} if given else {}),
    )
    del asked.server.requests[0]
    return asked


def priced(price: str, quantity: str = "1", rate: str = "25", discount: str = "0") -> Line:
    """A line as the hub works it out."""
    total = line_total(Decimal(quantity), Decimal(price), Decimal(discount), "NOK")
    return Line(
        number=1,
        sku="WOOL-M",
        name="Wool sweater",
        quantity=Decimal(quantity),
        unit_price=nok(price),
        discount=nok(discount),
        tax_rate=Decimal(rate),
        tax=Money(included_tax(total, Decimal(rate), "NOK"), "NOK"),
        total=Money(total, "NOK"),
    )


def ordered(*lines: Line, shipping: str = "0", shipping_tax: str = "0", **changes: Any) -> OrderDocument:
    total = sum((line.total.amount for line in lines), Decimal(shipping))
    tax = sum((line.tax.amount for line in lines), Decimal(shipping_tax))
    amounts = {"total": Money(total, "NOK"), "tax_total": Money(tax, "NOK"), "shipping_total": nok(shipping)}
    return replace(ORDER, lines=lines, **{**amounts, **changes})


def export(order: OrderDocument = ORDER) -> OrderExport:
    return OrderExport(reference=order.number, order=order, properties={})


@dataclass
class Central:
    """A connector of the sandbox's Business Central, with the calls that are made through it."""

    sandbox: Sandbox
    properties: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    events: list[EventData] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        address = f"{self.sandbox.url}/dynamics365"
        compiled = values(address, login=address, **self.properties)
        base = ConnectorConfig(
            id=1,
            tenant_id=1,
            tenant_uid=TENANT,
            revision=uuid4().hex,
            slug="dynamics365",
            name="Dynamics365",
            host=Dynamics365.own_host(compiled),
            is_test=True,
            values=compiled,
            secrets=secrets_of(compiled),
            timeout_ms=5_000,
        )
        self.config = replace(base, **self.options)
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        self.ports = Ports(
            events=self.events.append,
            egress=egress,
            sleep=self.slept.append,
            now=lambda: self.now,
            gates=gates(self.slept),
        )

    def stock(self, **counted: int) -> None:
        """Items by number with their stock."""
        items = [
            {"number": number.replace("_", "-"), "inventory": count} for number, count in counted.items()
        ]
        self.control("items", items=items)

    def control(self, name: str, **data: Any) -> Any:
        return self.sandbox.control("POST", f"dynamics365/{name}", data)

    @property
    def books(self) -> dict[str, list[dict[str, Any]]]:
        return self.sandbox.control("GET", "dynamics365/books")

    @property
    def order(self) -> dict[str, Any]:
        """The only sales order that there is."""
        [found] = self.books["orders"]
        return found

    def perform(
        self, operation: str, request: Any, *, after: Outcome | None = None, **changes: Any
    ) -> Outcome:
        """One try; `after` an earlier one that ended in doubt, an hour later."""
        spec = CallSpec(
            connector=self.config,
            operation=operation,
            subject="order:4711",
            request=request,
            write=operation.startswith("export_"),
        )
        prepared = Prepared(spec=spec, context=CallContext(), key=str(uuid4()), deadline_s=10)
        if after is not None:
            prepared = replace(
                prepared,
                attempt=2,
                uncertain=after.ending is Ending.UNKNOWN,
                answered=bool(after.error and after.error.answered),
                first_sent_at=self.now,
                last_sent_at=self.now,
            )
            self.now += timedelta(hours=1)
        return perform(replace(prepared, **changes), self.ports)

    def export(self, order: OrderDocument = ORDER, **options: Any) -> Outcome:
        return self.perform("export_order", export(order), **options)

    def until_done(self, order: OrderDocument = ORDER) -> list[Outcome]:
        """Exports as the hub does: again and again until it ended well or finally."""
        outcomes = [self.export(order)]
        while outcomes[-1].ending in {Ending.RETRY, Ending.UNKNOWN} and len(outcomes) < 6:
            outcomes.append(self.export(order, after=outcomes[-1]))
        return outcomes

    def sent(self, method: str = "") -> list[str]:
        """What was asked of Business Central, without logins: method and the path within the company."""
        found = [call for call in self.sandbox.calls("dynamics365") if "/companies(" in call["path"]]
        paths = [(call["method"], call["path"].partition(f"{COMPANY})")[2]) for call in found]
        return [f"{verb} {path}" for verb, path in paths if method in {"", verb}]


def record(name: str, **changes: Any) -> dict[str, Any]:
    """An object of the vendor's that the fixture holds: "order", "customer" …"""
    exchanges = fixture("dynamics365")["scenarios"]["export"]["exchanges"]
    places: Mapping[str, Sequence[int]] = {"customer": [5], "order": [7], "items": [2]}
    found = exchanges[places[name][0]]["answer"]["body"]
    return {**found, **changes}
