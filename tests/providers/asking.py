"""Asks one operation of an implementation of a vendor that answers as told, for what only this vendor does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from tests.contract.bench import KEY, connector
from tests.contract.replay import Replay, behaviour, body_of
from tests.idle import Idle

READS = {"status", "find", "validate", "import_orders"}


@dataclass
class Asked:
    """The outcome, and the requests with their bodies as data."""

    outcome: Outcome
    server: Replay
    events: list[Any] = field(default_factory=list)

    @property
    def result(self) -> Any:
        assert self.outcome.ending is Ending.SUCCEEDED, self.outcome.message
        return self.outcome.result

    @property
    def error(self) -> Any:
        assert self.outcome.error is not None
        return self.outcome.error

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(request.method, request.path) for request in self.server.requests]

    @property
    def bodies(self) -> list[Any]:
        return [body_of(request) for request in self.server.requests]


class Says(Replay):
    """Answers (status, body, headers) in turn, whatever is asked; the last answer is repeated."""

    def __init__(self, *answers: Any) -> None:
        exchanges = [{"answer": answer if isinstance(answer, dict) else _told(answer)} for answer in answers]
        super().__init__(exchanges)

    def take(self, request: Any) -> Any:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        return behaviour(step["answer"])


def _told(answer: tuple[Any, ...]) -> dict[str, Any]:
    status, body, *headers = answer
    return {"status": status, "body": body, "headers": headers[0] if headers else {}}


def ask(
    slug: str, operation: str, request: Any, *answers: Any, uncertain: bool = False, **options: Any
) -> Asked:
    """`uncertain` asks again, after the vendor has forgotten the key, for a call whose outcome is not known.

    `options` are fields of the connector, `path` what its host has after the host name, `reachable` further local ports.
    """
    events: list[Any] = []
    with Says(*answers) as server:
        reachable = [server.port, *options.pop("reachable", ())]
        egress = EgressPolicy.parse([f"127.0.0.1:{port}" for port in reachable])
        idle = Idle()
        ports = Ports(events=events.append, sleep=idle.sleep, egress=egress, gates=idle.gates)
        options.setdefault("host", server.url + options.pop("path", ""))
        config = connector(slug, **options)
        spec = CallSpec(
            connector=config, operation=operation, subject="it", request=request, write=operation not in READS
        )
        prepared = Prepared(spec=spec, context=CallContext(), key=str(KEY), next_key=str(KEY), deadline_s=10)
        if uncertain:
            long_ago = datetime.now(UTC) - timedelta(days=30)
            prepared = replace(prepared, uncertain=True, first_sent_at=long_ago, attempt=2)
        return Asked(perform(prepared, ports), server, events)
