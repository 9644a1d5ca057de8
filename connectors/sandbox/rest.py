"""Some service with an HTTP API of its own, as a merchant may have one: /rest/<name>/orders, /bookings, /sales, /me.

A POST to a list makes a record {"id": …, "ref": …, …}; with an Idempotency-Key the same record is answered again. `ref`
tells records apart for whoever looks them up (?ref=). /sales lists what the service itself has sold, by `since` and
`page`. Answers are {"ok": true, "data": …}, failures {"ok": false, "error": {"code": …, "text": …}}, some with status 200.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response

PAGE = 2

calls, controls = Router(), Router()


class Rest(Vendor):
    slug = "rest"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.records: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.sales: dict[str, list[dict[str, Any]]] = {}
        self.refusals: dict[str, dict[str, Any]] = {}
        self._by_key: dict[str, dict[str, Any]] = {}
        self._numbers = count(1)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return _failed("INJECTED", f"Injected failure {status}", status)

    def control(self, request: Request) -> Response:
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request, **found[1]))

    def make(self, name: str, kind: str, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One record for each key."""
        if key and key in self._by_key:
            return self._by_key[key]
        record = {**body, "id": next(self._numbers)}
        self.records.setdefault((name, kind), []).append(record)
        if key:
            self._by_key[key] = record
        ref = str(body.get("ref") or record["id"])
        self.ledger.record(
            vendor=self.slug,
            operation="export" if kind == "orders" else "book",
            identity=f"{kind} {name} {ref}",
            key=key,
            reference=ref,
            object=str(record["id"]),
            account=name,
        )
        return record

    def _answer(self, request: Request) -> Response:
        found = calls.find(request.method, request.path)
        if found is None:
            return _failed("NOT_FOUND", f"There is no {request.method} {request.path}", 404)
        if not request.headers.get("authorization"):
            return _failed("LOGIN", "Send a bearer token", 401)
        response: Response = found[0](self, request, **found[1])
        return response


@calls.route("GET", "/{name}/me")
def me(service: Rest, request: Request, name: str) -> Response:
    return json_response({"ok": True, "data": {"name": name}})


@calls.route("POST", "/{name}/{kind}")
def make(service: Rest, request: Request, name: str, kind: str) -> Response:
    body = _body(request)
    if not isinstance(body, dict):
        return _failed("BAD_BODY", "The body is no object", 400)
    refusal = service.refusals.get(str(body.get("ref")))
    if refusal:
        return _failed(refusal["code"], refusal["text"], refusal.get("status", 200))
    record = service.make(name, kind, request.headers.get("idempotency-key", ""), body)
    return json_response({"ok": True, "data": {"id": record["id"], "state": "received"}})


@calls.route("GET", "/{name}/sales")
def sales(service: Rest, request: Request, name: str) -> Response:
    since, page = request.query.get("since", ""), int(request.query.get("page", "1"))
    newer = [sale for sale in service.sales.get(name, []) if sale["modified_at"] >= since]
    newer.sort(key=lambda sale: str(sale["modified_at"]))
    return json_response({"ok": True, "sales": newer[(page - 1) * PAGE : page * PAGE]})


@calls.route("GET", "/{name}/{kind}")
def look_up(service: Rest, request: Request, name: str, kind: str) -> Response:
    wanted = request.query.get("ref")
    found = [
        record for record in service.records.get((name, kind), []) if wanted in {None, str(record.get("ref"))}
    ]
    return json_response({"ok": True, "data": found})


@controls.route("GET", "/{name}/{kind}")
def records(service: Rest, request: Request, name: str, kind: str) -> Any:
    return {"records": service.records.get((name, kind), [])}


@controls.route("POST", "/{name}/sales")
def sell(service: Rest, request: Request, name: str) -> Any:
    """Orders as the service would list them; each with number and modified_at, such as 2026-11-20T09:00:00Z."""
    data = request.json()
    service.sales.setdefault(name, []).extend(data if isinstance(data, list) else [data])
    return {"sales": service.sales[name]}


@controls.route("POST", "/refusals")
def refuse(service: Rest, request: Request) -> Any:
    """{"ref": "A-1", "code": "CUSTOMER", "text": "Customer is blocked", "status": 200}"""
    data = request.json()
    service.refusals[data["ref"]] = data
    return {}


def _body(request: Request) -> Any:
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _failed(code: str, text: str, status: int) -> Response:
    return json_response({"ok": False, "error": {"code": code, "text": text}}, status)
