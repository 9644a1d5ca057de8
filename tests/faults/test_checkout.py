"""Shoppers who click twice, who come back while the webhook arrives, and a web process that dies under them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.demo.house import free_port
from connectors.contracts.payment import State
from connectors.models import Effect
from connectors.sandbox import Sandbox
from payments.models import Payment
from payments.webhooks import take
from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from tests import oracle
from tests.ageing import calls_age
from tests.api.conftest import Api
from tests.faults.processes import Worker, database_url, wait_for
from tests.payments.stories import event
from tests.shop import Shop

pytestmark = [pytest.mark.pg, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CART = {
    "cart": "C-1",
    "market": "NOR",
    "payment_method": "stripe",
    "amount": "100.00",
    "return_url": "https://shop.example/thanks",
}
CLICK = {**CART, "token": "pm_card_visa"}


@pytest.fixture
def shop(transactional_db: None, vendors: Sandbox) -> Iterator[Shop]:
    found = Shop(vendors)
    with tenant_scope(found.tenant):
        yield found


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each came to, all begun at the same moment."""
    start, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[place] = act()
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_ten_clicks_are_one_payment(shop: Shop, vendors: Sandbox) -> None:
    vendors.latency(200, "stripe")
    api = Api(shop.tenant)

    def click() -> tuple[int, Any]:
        answer = api.send("checkout/payments/", CLICK, **{"Idempotency-Key": "click"})
        return answer.status_code, answer.json()

    answers = at_once(*[click] * 10)
    statuses = [status for status, _ in answers]
    assert set(statuses) <= {201, 409}, answers
    assert 201 in statuses
    assert len({body["reference"] for status, body in answers if status == 201}) == 1
    assert (Payment.objects.count(), len(shop.effects("authorize"))) == (1, 1)
    oracle.check(vendors)


def test_the_return_and_the_webhook_at_the_same_moment(shop: Shop, vendors: Sandbox) -> None:
    api = Api(shop.tenant)
    for number in range(5):
        begun = api.send("checkout/payments/", CART, **{"Idempotency-Key": f"k-{number}"}).json()
        payment = Payment.objects.select_related("connector").get(reference=begun["reference"])
        session = payment.provider_id
        paid = vendors.control("POST", f"stripe/pay/{session}", {})
        assert paid is not None
        told = event(
            f"e{number}",
            State.AUTHORIZED,
            provider_id=_intent(vendors, session),
            replaces=session,
            authorized=10000,
        )

        def hear(payment: Payment = payment, told: Any = told) -> None:
            with tenant_scope(payment.tenant_id):
                take(payment.connector, told)

        def come_back(reference: str = begun["reference"]) -> int:
            return api.send(f"checkout/payments/{reference}/complete/", {}).status_code

        statuses = at_once(hear, come_back, come_back)[1:]
        assert set(statuses) <= {200, 409}
        payment.refresh_from_db()
        assert (payment.state, payment.authorized_minor) == ("authorized", 10000)
        assert payment.entries.filter(kind="authorization").count() <= 2


class Web:
    """A web process of its own on the test's database."""

    def __init__(self, vendors: Sandbox, log: Path, key: str) -> None:
        self.url, self._key = f"http://127.0.0.1:{free_port(0)}", key
        address = self.url.removeprefix("http://")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": database_url(),
            "TEST_SANDBOX_URL": vendors.url,
        }
        threaded = ("-k", "gthread", "--threads", "4")
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *threaded, "-b", address, "config.wsgi"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self._answers, "the web process to answer")

    def click(self, key: str) -> requests.Response | None:
        """None where the process died meanwhile."""
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": key, "Host": "testserver"}
        headers["Content-Type"] = "application/json"
        try:
            return requests.post(
                f"{self.url}/api/v1/checkout/payments/", json.dumps(CLICK), headers=headers, timeout=30
            )
        except requests.ConnectionError:
            return None

    def kill(self) -> None:
        """SIGKILL to the process group: nobody gets a chance to tidy up."""
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", headers={"Host": "testserver"}, timeout=2).ok
        except requests.RequestException:
            return False


@pytest.mark.parametrize(("fault", "state"), [("hang_after", "authorized"), ("hang_before", "declined")])
def test_a_web_process_that_dies_with_the_call_on_the_wire(
    shop: Shop, vendors: Sandbox, tmp_path: Path, fault: str, state: str
) -> None:
    """The worker finds out by itself; a second click with the same key never pays twice."""
    _, key = ApiKey.issue(shop.tenant, "web shop", ["*"])
    web = Web(vendors, tmp_path / "web.log", key)
    vendors.faults(vendor="stripe", path="payment_intents$", method="POST", **{fault: True})
    shopper = Thread(target=web.click, args=("dies",))
    shopper.start()
    wait_for(lambda: any(c["path"].endswith("payment_intents") for c in vendors.calls()), "the call")
    web.kill()
    shopper.join()
    effect = Effect.objects.get(operation="authorize")
    assert effect.state == Effect.State.CALLING
    Effect.objects.update(lease_until=timezone.now())
    calls_age(timedelta(minutes=2))

    worker = Worker(vendors, tmp_path / "worker.log")
    worker.start()
    try:
        wait_for(lambda: Payment.objects.get().state == state, f"the payment to be {state}")
    finally:
        worker.end()
        print((tmp_path / "worker.log").read_text())
    assert len(shop.effects("authorize")) == (1 if state == "authorized" else 0)
    oracle.check(vendors)


def _intent(vendors: Sandbox, session: str) -> str:
    (entry,) = [
        entry
        for entry in vendors.ledger(vendor="stripe", operation="authorize")
        if entry["reference"] == Payment.objects.get(provider_id=session).reference
    ]
    return str(entry["object"])
