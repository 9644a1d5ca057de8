"""python -m tests.bench.hooks [--deliveries 4000] [--latency 20] [--rate 100] [--seconds 20]

Webhooks both ways on PostgreSQL: how fast a relay drains a backlog to a receiver that takes so many milliseconds, how long
an event takes to its receiver on a quiet hub, and how long a vendor waits for its 200 at so many webhooks a second.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from tests.stand.launch import free_port, load_django, with_postgres

_MODULE = "tests.bench.hooks"
_GROUP = 100


def main() -> int:
    options = _options()
    with_postgres(_MODULE, CROSSDOCK_PG_BENCH="1")
    receiver = load_django(CROSSDOCK_LOG_LEVEL="WARNING")
    from django.core.management import call_command

    from tests.bench.hub import running
    from tests.stand.processes import Process

    directory = Path(tempfile.mkdtemp(prefix="crossdock-bench-"))
    call_command("migrate", verbosity=0)
    stub = Process(
        "stub", directory, "-m", "tests.bench.stub", receiver.rsplit(":", 1)[1], str(options.latency)
    )
    with running(stub, receiver):
        row = {**_drained(receiver, options.deliveries), **_lag(directory)}
    row |= _accepted(directory, options.rate, options.seconds)
    sys.stdout.write(f"{json.dumps(row, indent=1)}\n")
    return 0


def _drained(receiver: str, deliveries: int) -> dict[str, Any]:
    """A backlog of one subscription and one relay."""
    from connectors.models import DeliveryAttempt
    from connectors.subscriptions import relay
    from eventlog.events import Category, EventData
    from eventlog.store import record_many
    from tenants.models import Tenant
    from tenants.scoping import platform_scope
    from tests.factories.subscriptions import make_subscription

    tenant = Tenant.objects.create(slug="bench", name="Bench", environment="test")
    make_subscription(tenant, receiver)
    began = time.monotonic()
    for first in range(0, deliveries, _GROUP):
        record_many(
            [
                EventData(category=Category.UPDATED, message=f"Order {first + number}", tenant_id=tenant.pk)
                for number in range(_GROUP)
            ]
        )
    recorded, began = time.monotonic() - began, time.monotonic()
    done = relay.work_off(600)
    spent = time.monotonic() - began
    with platform_scope("the benchmark counts"):
        tries = DeliveryAttempt.objects.count()
    return {
        "recorded_per_s": round(deliveries / recorded),
        "drained_per_s": round(done.delivered / spent),
        "delivered": done.delivered,
        "tries": tries,
    }


def _lag(directory: Path, times: int = 50) -> dict[str, Any]:
    """From commit to the recorded answer of a first try, with a worker of its own (ms)."""
    from django.db.models import F

    from connectors.models import EventDelivery
    from tenants.models import Tenant
    from tenants.scoping import platform_scope
    from tests.bench.numbers import percentile
    from tests.factories.events import record_event
    from tests.stand import processes

    worker = processes.worker(directory)
    worker.start()
    with platform_scope("the benchmark looks at deliveries"):
        tenant, before = Tenant.objects.get(slug="bench"), EventDelivery.objects.count()
        for number in range(1, times + 1):
            record_event(tenant)
            processes.wait_for(lambda number=number: _delivered() >= before + number, 60, 0.02)
        rows = EventDelivery.objects.order_by("-id")[: times - 1]
        spans = [
            row.total_seconds() * 1000
            for row in rows.values_list(F("delivered_at") - F("created_at"), flat=True)
        ]
    worker.stop()
    return {"lag_p50_ms": percentile(spans, 50), "lag_p95_ms": percentile(spans, 95)}


def _delivered() -> int:
    from connectors.models import EventDelivery

    return EventDelivery.objects.filter(state="delivered").count()


def _accepted(directory: Path, rate: int, seconds: int) -> dict[str, Any]:
    """What a vendor sees that sends at a fixed pace, and what is stored of it."""
    from connectors.models import InboundWebhook
    from tenants.scoping import platform_scope
    from tests.bench.numbers import percentile
    from tests.stand import processes

    url = f"http://127.0.0.1:{free_port()}"
    web = processes.web(directory, url, "--preload", "-w", "2", "--threads", "16")
    address, key = _address()
    web.start()
    processes.wait_until_up(web, f"{url}/healthz")
    try:
        waits, refused = _paced(f"{url}{address}", key, rate, seconds)
    finally:
        web.stop()
    with platform_scope("the benchmark counts"):
        stored = InboundWebhook.objects.filter(event_id__startswith="evt_").count()
    return {
        "accept_p50_ms": percentile(waits, 50),
        "accept_p99_ms": percentile(waits, 99),
        "accept_max_ms": round(max(waits), 1),
        "sent": len(waits) + refused,
        "refused": refused,
        "lost": len(waits) - stored,
    }


def _address() -> tuple[str, str]:
    from django.conf import settings

    from tenants.models import Tenant
    from tenants.scoping import tenant_scope
    from tests.factories.connectors import publish_connector

    key, tenant = "whsec_0123456789abcdef", Tenant.objects.get(slug="bench")
    with tenant_scope(tenant):
        config = publish_connector(
            tenant, "stripe", bearer_token="sk_test_0123456789", properties={"WebhookSecret": key}
        )
    return config.public_url.removeprefix(settings.CROSSDOCK_PUBLIC_URL), key


def _paced(url: str, key: str, rate: int, seconds: int) -> tuple[list[float], int]:
    import requests

    from connectors.signing import StripeSignature
    from tenants.secret_value import SecretValue

    scheme, numbers, start = StripeSignature(key="k"), count(), time.monotonic() + 0.5
    waits: list[float] = []
    refused: list[int] = []

    def send() -> None:
        with requests.Session() as session:
            while (number := next(numbers)) < rate * seconds:
                time.sleep(max(0.0, start + number / rate - time.monotonic()))
                raw = json.dumps(_event(number)).encode()
                signed = scheme.sign(raw, [SecretValue(key)], now=time.time())
                began = time.monotonic()
                answer = session.post(
                    url, raw, headers={"Content-Type": "application/json", **signed}, timeout=10
                )
                if answer.status_code == 200:
                    waits.append((time.monotonic() - began) * 1000)
                else:
                    refused.append(answer.status_code)

    with ThreadPoolExecutor(16) as pool:
        for task in [pool.submit(send) for _ in range(16)]:
            task.result()
    return waits, len(refused)


def _event(number: int) -> dict[str, Any]:
    intent = {"id": f"pi_{number}", "object": "payment_intent", "amount": 39800, "amount_received": 39800}
    intent |= {"currency": "nok", "status": "succeeded", "metadata": {}}
    event = {"id": f"evt_{number}", "object": "event", "type": "payment_intent.succeeded"}
    return {**event, "created": 1_777_000_000, "data": {"object": intent}}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deliveries", type=int, default=4000)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
