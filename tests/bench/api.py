"""What the API takes: orders placed, stock set in bulk and webhooks accepted, with the web's CPU time for each request."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors import drafts, registry
from connectors.models import InboundWebhook
from connectors.publishing import publish
from tenants.models import Store, Tenant
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.bench.numbers import percentile
from tests.bench.tenant import ORDER
from tests.bench.watch import Watch
from tests.stand import processes
from workflows.models import InventoryLevel, Order, Product

_SECRET = "whsec_of_the_benchmark_0001"
_ROWS = 1000


class Api:
    """A web of two processes and nothing else. `key` is the tenant's API key; use as a context manager."""

    def __init__(self, directory: Path, url: str, key: str) -> None:
        self._web = processes.web(directory, url, "--preload", "-w", "2", "--threads", "16")
        self._web._environment["CROSSDOCK_API_RATE"] = "0"
        self._url, self._key = url, key

    def __enter__(self) -> Api:
        self._web.start()
        processes.wait_until_up(self._web, f"{self._url}/healthz")
        return self

    def __exit__(self, *error: object) -> None:
        self._web.stop()

    def orders(self, number: int, clients: int) -> dict[str, Any]:
        names = (f"api-{place}" for place in itertools.count())
        bodies = [json.dumps({**ORDER, "number": next(names)}).encode() for _ in range(number)]
        with self._watched() as watch:
            waits, seconds = self._together(clients, "/api/v1/orders/", bodies, 201)
        assert Order.objects.filter(number__startswith="api-").count() == number
        return {
            "orders_per_s": round(number / seconds, 1),
            "order_p95_ms": percentile(waits, 95),
            "order_cpu_ms": round(sum(watch.cpu_s) / number * 1000, 2),
        }

    def inventory(self, batches: int, clients: int) -> dict[str, Any]:
        """Batches of 1,000 rows; the first ones insert, the others change."""
        bodies = [
            json.dumps(
                {
                    "items": [
                        {"sku": f"P{row}", "store": f"S{batch % 4}", "on_hand": batch} for row in range(_ROWS)
                    ]
                }
            ).encode()
            for batch in range(batches)
        ]
        with self._watched() as watch:
            waits, seconds = self._together(clients, "/api/v1/inventory/bulk/", bodies, 200)
        assert InventoryLevel.objects.count() == _ROWS * min(4, batches)
        return {
            "inventory_rows_per_s": round(batches * _ROWS / seconds),
            "inventory_batch_p95_ms": percentile(waits, 95),
            "inventory_cpu_us_a_row": round(sum(watch.cpu_s) / (batches * _ROWS) * 1e6, 1),
        }

    def webhooks(self, path: str, rate: int, seconds: int) -> dict[str, Any]:
        """So many each second whatever the answers take; times count from when each was due."""
        before = InboundWebhook.objects.count()
        with self._watched() as watch:
            waits = self._paced(path, rate, seconds)
        assert InboundWebhook.objects.count() - before == rate * seconds
        return {
            "webhooks_per_s": rate,
            "webhook_p50_ms": percentile(waits, 50),
            "webhook_p99_ms": percentile(waits, 99),
            "webhook_cpu_ms": round(sum(watch.cpu_s) / (rate * seconds) * 1000, 2),
        }

    @contextmanager
    def _watched(self) -> Iterator[Watch]:
        watch = Watch([self._web])
        try:
            yield watch
        finally:
            watch.stop()

    def _together(
        self, clients: int, path: str, bodies: list[bytes], status: int
    ) -> tuple[list[float], float]:
        """Waits of all requests (ms), and how long all took together (s)."""

        def work(share: list[bytes]) -> list[float]:
            call = self._caller(status)
            return [call(path, body, {}) for body in share]

        began = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            waits = list(pool.map(work, (bodies[place::clients] for place in range(clients))))
        return [wait for share in waits for wait in share], time.monotonic() - began

    def _paced(self, path: str, rate: int, seconds: int) -> list[float]:
        here = threading.local()

        def send(number: int) -> float:
            due = began + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            if not hasattr(here, "call"):
                here.call = self._caller(200)
            body = json.dumps(_event(number)).encode()
            here.call(
                path, body, registry.get("stripe").webhook.sign(body, [SecretValue(_SECRET)], now=time.time())
            )
            return (time.monotonic() - due) * 1000

        began = time.monotonic() + 0.5
        with ThreadPoolExecutor(32) as pool:
            return list(pool.map(send, range(rate * seconds)))

    def _caller(self, status: int) -> Callable[[str, bytes, dict[str, str]], float]:
        """A connection of its own; a call answers with how long it took (ms)."""
        host = urlsplit(self._url)
        connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
        fixed = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}

        def call(path: str, body: bytes, headers: dict[str, str]) -> float:
            began = time.monotonic()
            connection.request("POST", path, body, {**fixed, **headers})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != status or (b'"failed":0' not in text and path.endswith("/bulk/")):
                raise processes.Failed(f"{path}: {answer.status} {text[:500]!r}")
            return (time.monotonic() - began) * 1000

        return call


def lay() -> str:
    """Stores, products and a connector that takes webhooks, for the tenant of the benchmark; the webhooks' path."""
    tenant = Tenant.objects.get(slug="bench")
    with tenant_scope(tenant):
        for place in range(4):
            Store.objects.create(code=f"S{place}", name=f"Store {place}")
        rows = [Product(tenant=tenant, sku=f"P{row}", name=f"Product {row}") for row in range(_ROWS)]
        Product.objects.bulk_create(rows)
        connector = drafts.create_connector(
            tenant,
            "stripe",
            is_test=True,
            bearer_token="sk_test_of_the_benchmark_0001",
            properties={"WebhookSecret": _SECRET},
        )
        publish(connector)
    return f"/webhooks/{connector.webhook_token}/"


def _event(number: int) -> dict[str, Any]:
    """Of a payment that nobody knows: what is measured is verifying and storing it."""
    item = {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "amount": 39800,
        "currency": "nok",
        "livemode": False,
    }
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1_760_000_000,
        "livemode": False,
        "data": {"object": {**item, "status": "succeeded", "amount_received": 39800, "metadata": {}}},
    }
