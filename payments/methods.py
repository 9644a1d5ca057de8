"""The published payment method: its document, its compiled form, and which one an order means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.compiling import CompileContext
from connectors.runtime import TenantRuntime
from payments.models import PaymentMethod
from workflows.chart import suggest

KIND = "payment_method"
SCHEMA_VERSION = 1


class UnknownPaymentMethod(LookupError):
    """No published payment method of this name serves the market; the text names those that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodConfig:
    """A published payment method. Market codes are lower case; none means every market.

    `connector` is the id of its connector, a key of `TenantRuntime.connectors`.
    """

    id: int
    name: str
    payment_method_name: str
    connector: int
    markets: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)

    def is_valid_on(self, market: str) -> bool:
        return not self.markets or market.lower() in self.markets

    def answers_to(self, name: str) -> bool:
        return name.lower() in {self.name.lower(), self.payment_method_name.lower()}


def method_document(method: PaymentMethod) -> dict[str, Any]:
    return {
        "name": method.name,
        "payment_method_name": method.payment_method_name or method.name,
        "connector": method.connector_id,
        "valid_on_markets": sorted(market.code for market in method.valid_on_markets.all()),
        "options": method.options,
    }


def compile_method(document: Mapping[str, Any], context: CompileContext) -> PaymentMethodConfig:
    return PaymentMethodConfig(
        id=context.object_id,
        name=document["name"],
        payment_method_name=document["payment_method_name"],
        connector=document["connector"],
        markets=frozenset(code.lower() for code in document["valid_on_markets"]),
        options=document["options"],
    )


def methods_of(runtime: TenantRuntime) -> list[PaymentMethodConfig]:
    return sorted(runtime.of(KIND).values(), key=lambda method: method.name)


def find_method(runtime: TenantRuntime, name: str, market: str) -> PaymentMethodConfig:
    """The method of this Name, else the only one of this Payment Method Name, in any case, that serves the market.

    Raises UnknownPaymentMethod.
    """
    every = methods_of(runtime)
    valid = [method for method in every if method.is_valid_on(market)]
    exact = [method for method in valid if method.name.lower() == name.lower()]
    found = exact or [method for method in valid if method.answers_to(name)]
    if len(found) == 1:
        return found[0]
    raise UnknownPaymentMethod(_why(name, market, every, valid, found))


def _why(
    name: str,
    market: str,
    every: list[PaymentMethodConfig],
    valid: list[PaymentMethodConfig],
    found: list[PaymentMethodConfig],
) -> str:
    names = [method.name for method in valid]
    if found:
        return f"several payment methods are called {name!r}; use the Name of one: {', '.join(m.name for m in found)}"
    if any(method.answers_to(name) for method in every):
        return f"{name!r} is not valid on market {market}; valid there: {', '.join(names) or 'none'}"
    return f"there is no published payment method {name!r}; {suggest(name, names)}"
