"""The way of a command through Shipment Server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from connectors.sandbox.consignor.commands import COMMANDS, Refused
from connectors.sandbox.consignor.controls import controls
from connectors.sandbox.consignor.shipments import Shipments
from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response

PATH = "/ship/ShipmentServerModule.dll"


@dataclass(frozen=True, slots=True)
class Form:
    actor: str
    key: str
    command: str
    data: dict[str, Any]
    options: dict[str, Any]


class Consignor(Vendor):
    slug = "consignor"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.shipments = Shipments()
        self.keys: dict[str, str] = {}
        self.shown = True

    def serve(self, request: Request, course: Course) -> Response:
        if (request.method, request.path) != ("POST", PATH):
            return Response(404, b"<html>Not found</html>", "text/html")
        return self.run(course, lambda: self._executed(request))

    def failure(self, status: int) -> Response:
        return json_response({"ErrorMessages": [f"Injected failure {status}"]}, status)

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            answer = found[0](self, request.json())
        return answer if isinstance(answer, Response) else json_response(answer)

    def _executed(self, request: Request) -> Response:
        """Whatever is wrong is told with status 200."""
        try:
            form = _read(request)
            if not self._may(form):
                raise Refused("Invalid actor or key")
            command = COMMANDS.get(form.command)
            if command is None:
                raise Refused(f"Unknown command {form.command}")
            return json_response(command(self, form))
        except Refused as error:
            return json_response({"ErrorMessages": list(error.texts)})

    def _may(self, form: Form) -> bool:
        return self.keys.get(form.actor) == form.key if self.keys else bool(form.actor and form.key)


def _read(request: Request) -> Form:
    given = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
    try:
        texts = [json.loads(given.get(name) or "{}") for name in ("data", "Options")]
    except ValueError as error:
        raise Refused(f"data or Options is no JSON: {error}") from None
    return Form(given.get("actor", ""), given.get("key", ""), given.get("command", ""), *texts)
