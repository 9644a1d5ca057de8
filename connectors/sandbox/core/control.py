"""The sandbox's own API under /_/: faults, latency, ledger, calls, reset, and each vendor's controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.faults import BadFault
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response

if TYPE_CHECKING:
    from connectors.sandbox.core.simulator import Simulator

routes = Router()


def answer(simulator: Simulator, request: Request) -> Response:
    try:
        return _answer(simulator, request)
    except (BadFault, ValueError, TypeError) as error:
        return json_response({"error": str(error)}, 400)


def _answer(simulator: Simulator, request: Request) -> Response:
    slug, _, rest = request.path.removeprefix("/_/").partition("/")
    if slug in simulator.vendors:
        request.path = f"/{rest}"
        return simulator.vendors[slug].control(request)
    found = routes.find(request.method, request.path)
    if found is None:
        return json_response({"error": f"No control {request.method} {request.path}"}, 404)
    return json_response(found[0](simulator, request))


@routes.route("GET", "/_/health")
def health(simulator: Simulator, request: Request) -> Any:
    return {"ok": True, "vendors": sorted(simulator.vendors)}


@routes.route("GET", "/_/faults")
def list_faults(simulator: Simulator, request: Request) -> Any:
    return {"faults": simulator.faults.listed()}


@routes.route("POST", "/_/faults")
def add_faults(simulator: Simulator, request: Request) -> Any:
    """One fault or a list of them; the fields are those of Fault."""
    rules = request.json()
    for rule in rules if isinstance(rules, list) else [rules]:
        simulator.faults.add(**rule)
    return list_faults(simulator, request)


@routes.route("DELETE", "/_/faults")
def clear_faults(simulator: Simulator, request: Request) -> Any:
    """Latencies stay."""
    simulator.faults.clear()
    return list_faults(simulator, request)


@routes.route("POST", "/_/latency")
def set_latency(simulator: Simulator, request: Request) -> Any:
    """{"ms": 250, "vendor": "stripe"}; without vendor for all that have none of their own."""
    data = request.json()
    simulator.faults.set_latency(float(data["ms"]), data.get("vendor", ""))
    return data


@routes.route("GET", "/_/ledger")
def ledger(simulator: Simulator, request: Request) -> Any:
    """Filters: vendor, operation, reference."""
    return {"entries": simulator.ledger.entries(**request.query)}


@routes.route("GET", "/_/ledger/doubles")
def doubles(simulator: Simulator, request: Request) -> Any:
    return {"doubles": simulator.ledger.doubles()}


@routes.route("GET", "/_/calls")
def calls(simulator: Simulator, request: Request) -> Any:
    """The newest calls last; filters: vendor, method, path (exact), limit."""
    filters = {name: value for name, value in request.query.items() if name != "limit"}
    found = [call for call in list(simulator.calls) if all(call[name] == filters[name] for name in filters)]
    return {"calls": found[-int(request.query.get("limit", len(found) or 1)) :]}


@routes.route("POST", "/_/reset")
def reset(simulator: Simulator, request: Request) -> Any:
    simulator.reset()
    return {}
