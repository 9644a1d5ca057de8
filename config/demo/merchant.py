"""The merchant's own system: knows nothing of Crossdock but its HTTP API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import requests

#: Seconds after which a run that has not ended counts as unexpected.
PATIENCE_S = 60.0
#: Seconds for a scheduled task, which waits for its turn beside the orders.
TASK_PATIENCE_S = 180.0

_POLL_S = 0.05
_SLOW_POLL_S = 0.2
_TIMEOUT_S = 20.0

_OPEN = {"queued", "running", "waiting"}


class Merchant:
    """One connection to the API with one key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {key}"

    def place(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create an order. Raises requests.HTTPError with the problem's text."""
        return self._call("POST", "orders/", json=body, headers={"Idempotency-Key": f"demo-{body['number']}"})

    def checkout(self, body: dict[str, Any]) -> dict[str, Any]:
        """Begin a payment on the provider's page, to which `redirect_url` leads."""
        return self._call("POST", "checkout/payments/", json=body, headers={"Idempotency-Key": body["cart"]})

    def completed(self, reference: str, amount: str) -> None:
        """The shopper is back; some providers tell by webhook only that the amount is reserved. Raises TimeoutError."""
        self._call("POST", f"checkout/payments/{reference}/complete/", json={})
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            payment = self._call("GET", f"checkout/payments/{reference}/")
            if Decimal(payment["authorized"]) >= Decimal(amount):
                return
            time.sleep(_POLL_S)
        raise TimeoutError(f"payment {reference} was not authorised within {PATIENCE_S:.0f} s")

    def delivery(self, body: dict[str, Any], option: str) -> dict[str, Any]:
        """What checkout tells of one shipping option. Raises LookupError when it is not offered."""
        answer = self._call("POST", "checkout/shipping-options/", json={**body, "shipping_options": [option]})
        found = next((item for item in answer["options"] if item["shipping_option"] == option), None)
        if found is None or found["source"] == "failed":
            raise LookupError(f"{option} is not offered at checkout: {found and found['reason']}")
        return dict(found)

    def shipments(self, number: str) -> list[dict[str, Any]]:
        return self._rows(f"orders/{number}/shipments/")

    def delivered(self, number: str) -> None:
        """Wait until the carrier has told by itself that all parcels are there. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if all(item["tracking_state"] == "delivered" for item in self.shipments(number)):
                return
            time.sleep(_POLL_S)
        raise TimeoutError(f"the carrier did not tell of the parcels of {number} within {PATIENCE_S:.0f} s")

    def move(self, number: str, status: str) -> dict[str, Any]:
        """Ask for the next status."""
        return self._call("POST", f"orders/{number}/status/", json={"status": status})

    def order(self, number: str) -> dict[str, Any]:
        return self._call("GET", f"orders/{number}/")

    def arrived(self, number: str) -> dict[str, Any]:
        """Wait until an order that somebody else placed is there. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                return self.order(number)
            except requests.HTTPError as error:
                if error.response is None or error.response.status_code != 404:
                    raise
            time.sleep(_POLL_S)
        raise TimeoutError(f"order {number} did not arrive within {PATIENCE_S:.0f} s")

    def paid(self, number: str, total: str, amount: str) -> None:
        """Wait until so much is "authorized" or "captured", which some providers tell later. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if sum(Decimal(payment[total]) for payment in self.payments(number)) >= Decimal(amount):
                return
            time.sleep(_POLL_S)
        raise TimeoutError(f"{amount} of order {number} was not {total} within {PATIENCE_S:.0f} s")

    def stock(self, sku: str) -> list[dict[str, Any]]:
        """What each store has of a product."""
        return self._rows(f"inventory/?sku={sku}")

    def payments(self, number: str) -> list[dict[str, Any]]:
        return self._rows(f"orders/{number}/payments/")

    def runs(self, number: str) -> list[dict[str, Any]]:
        """The order's runs with their steps, newest first."""
        return self._rows(f"orders/{number}/runs/")

    def settled(self, number: str) -> list[dict[str, Any]]:
        """Wait until no run of the order is open; its runs, newest first. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            runs = self.runs(number)
            if runs and not any(run["state"] in _OPEN for run in runs):
                return runs
            time.sleep(_POLL_S)
        raise TimeoutError(f"order {number} was still open after {PATIENCE_S:.0f} s")

    def create(self, path: str, body: dict[str, Any]) -> Any:
        """POST to the API. Raises requests.HTTPError with the problem's text."""
        return self._call("POST", path, json=body, headers={"Idempotency-Key": uuid4().hex})

    def read(self, path: str) -> Any:
        """GET from the API: rows of a list, or one thing."""
        return self._rows(path)

    def comes_true(self, fact: Callable[[], Any]) -> bool:
        """Whether it does within the merchant's patience."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if fact():
                return True
            time.sleep(_SLOW_POLL_S)
        return False

    def failures(self, number: str) -> Iterator[str]:
        """Steps of the order that did not succeed, in words."""
        for run in self.runs(number):
            for step in run["steps"]:
                if step["state"] not in {"success", "skipped"}:
                    yield f"{step['name']} of {number} is {step['state']}: {step['message']}"

    def run_task(self, name: str) -> dict[str, Any]:
        """Run a scheduled task now and wait for the end of it. Raises LookupError and TimeoutError."""
        found = next((row for row in self._rows(f"scheduled-tasks/?name={quote(name)}")), None)
        if found is None:
            raise LookupError(f"there is no scheduled task {name}")
        run = self.create(f"scheduled-tasks/{found['id']}/run/", {})
        end = time.monotonic() + TASK_PATIENCE_S
        while time.monotonic() < end:
            rows = self._rows(f"scheduled-tasks/{found['id']}/runs/")
            seen = next(row for row in rows if row["id"] == run["id"])
            if seen["finished_at"]:
                return dict(seen)
            time.sleep(_SLOW_POLL_S)
        raise TimeoutError(f"the task {name} was still running after {TASK_PATIENCE_S:.0f} s")

    def task_went_well(self, name: str) -> Iterator[str]:
        """Run a task now; what there is to complain of."""
        run = self.run_task(name)
        if run["state"] != "succeeded":
            yield f"the task {name} ended {run['state']}: {run['message']}"
        if run["counts"].get("failed"):
            yield f"the task {name} failed with {run['counts']['failed']}: {run['message']}"

    def _rows(self, path: str) -> Any:
        answer = self._call("GET", path)
        return answer.get("results", answer) if isinstance(answer, dict) else answer

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, f"{self._url}/api/v1/{path}", timeout=_TIMEOUT_S, **options)
        if answer.status_code >= 400:
            raise requests.HTTPError(
                f"{method} {path}: {answer.status_code} {answer.text[:500]}", response=answer
            )
        return answer.json()
