"""A vendor that says its lines: answers each request that its script foresees, and writes down every other one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests import faultserver
from tests.faultserver import Behaviour, FaultServer, Received

Exchange = Mapping[str, Any]


class Replay(FaultServer):
    """`failures` are served first, before the script begins; with `forever` the last of them never ends. `problems` tells
    what did not fit. Logins are neither counted nor made to fail."""

    def __init__(
        self,
        exchanges: list[Exchange],
        *,
        always: Mapping[str, str] | None = None,
        login: Exchange | None = None,
        failures: Sequence[Behaviour] = (),
        forever: bool = False,
    ) -> None:
        super().__init__()
        self.steps = [exchange for exchange in exchanges for _ in range(exchange.get("times", 1))]
        self.always = dict(always or {})
        self.login = login
        self.failures = list(failures)
        self.forever = forever
        self.logins = 0
        self.problems: list[str] = []

    def take(self, request: Received) -> Behaviour:
        with self._lock:
            if self.login and not differences(self.login["request"], request, {}):
                self.logins += 1
                return self._says(self.login["answer"])
            self.requests.append(request)
            if self.failures:
                last = self.forever and len(self.failures) == 1
                return self.failures[0] if last else self.failures.pop(0)
            return self._next(request)

    def _next(self, request: Received) -> Behaviour:
        if not self.steps:
            told = f"{request.method} {request.path} with {body_of(request)!r}"
            self.problems.append(f"one request more than the scenario has exchanges: {told}")
            return faultserver.answer(400, {"error": "the script is over"})
        step = self.steps.pop(0)
        found = differences(step["request"], request, self.always)
        self.problems += [f"{request.method} {request.path}: {text}" for text in found]
        return self._says(step["answer"])

    def _says(self, answer: Mapping[str, Any]) -> Behaviour:
        """Links in answers lead to where the vendor is played."""
        return behaviour(json.loads(json.dumps(answer).replace("{server}", self.url)))


def behaviour(answer: Mapping[str, Any]) -> Behaviour:
    if answer.get("drop"):
        return faultserver.reset(effect=True)
    headers = {"Content-Type": "application/json", **answer.get("headers", {})}
    body = answer["text"].encode() if "text" in answer else answer.get("body")
    return faultserver.answer(answer.get("status", 200), b"" if body is None else body, headers=headers)


def differences(expected: Mapping[str, Any], request: Received, always: Mapping[str, str]) -> list[str]:
    """What of a request is not as expected. Query and body have to be exactly so, of the headers those named."""
    place = urlsplit(request.path)
    given = {
        "method": request.method,
        "path": place.path,
        "query": dict(parse_qsl(place.query, keep_blank_values=True)),
        "body": body_of(request),
    }
    wanted = {
        "method": expected["method"],
        "path": expected["path"],
        "query": expected.get("query", {}),
        "body": expected.get("form", expected.get("json", expected.get("text"))),
    }
    found = [text for part in given for text in _unequal(part, wanted[part], given[part])]
    headers = {name.lower(): value for name, value in {**always, **expected.get("headers", {})}.items()}
    return found + [
        text for name in headers for text in _unequal(name, headers[name], request.headers.get(name))
    ]


def body_of(request: Received) -> Any:
    """The body as data: a form nested by its brackets with all values as text, JSON, text, or None."""
    if not request.body:
        return None
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return nested(parse_qsl(request.body.decode(), keep_blank_values=True))
    return json.loads(request.body) if "json" in kind else request.body.decode()


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Bracketed form names as nested dicts: [("a[b][0]", "1")] is {"a": {"b": {"0": "1"}}}."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        path = re.findall(r"[^\[\]]+", name)
        branch = tree
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
        assert path[-1] not in branch, f"{name} is there twice"
        branch[path[-1]] = value
    return tree


def _unequal(place: str, wanted: Any, given: Any) -> list[str]:
    if isinstance(wanted, dict) and isinstance(given, dict):
        names = {**wanted, **given}
        return [
            text for name in names for text in _unequal(f"{place}.{name}", wanted.get(name), given.get(name))
        ]
    if isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        pairs = enumerate(zip(wanted, given, strict=True))
        return [text for n, (want, got) in pairs for text in _unequal(f"{place}[{n}]", want, got)]
    if isinstance(wanted, str) and wanted.startswith("~") and isinstance(given, (str, int)):
        fits = re.fullmatch(wanted[1:], str(given)) is not None
    else:
        fits = wanted == given
    return [] if fits else [f"{place} is {given!r} instead of {wanted!r}"]
