"""Customers whose orders flow through the API for as long as the run lasts."""

from __future__ import annotations

import itertools
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from config.demo.merchant import Merchant
from config.demo.play import order_body
from config.demo.scenario import Story

#: A patient customer waits this long (seconds) for an order's runs to end before calling it lost: longer than calls to a
#: vendor that keeps failing are held back at most, with those who ask whether it is well again being killed, too.
PATIENCE_S = 600.0

#: Many customers that ask often would leave nothing of the machine to the workers.
_POLL_S = 1.0
_TRIES = 20
_TRY_AGAIN = {502, 503, 504}
_OPEN = {"queued", "running"}
_MARKETS = ("NOR", "SWE", "DNK")
_SHIPPED = ("InProgress", "Ship", "Completed")
_CANCELLED = ("InProgress", "OrderCanceled")


@dataclass(slots=True)
class Life:
    """One order. A hurried customer asks for every other status without waiting for the last one's run."""

    number: str
    market: str
    amount: str
    path: tuple[str, ...]
    hurried: bool
    runs: list[int] = field(default_factory=list)
    problem: str = ""

    @property
    def story(self) -> Story:
        return Story(number=self.number, title="", market=self.market, amount=self.amount)


class Customers:
    """`lives` are all orders placed so far."""

    def __init__(self, url: str, key: str, seed: int, at_once: int) -> None:
        self._url, self._key, self._seed = url, key, seed
        self._numbers = itertools.count(1)
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._shop, args=(place,)) for place in range(at_once)]
        self.lives: list[Life] = []

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """No new orders; returns once those under way have come to their last status, or their customers gave up."""
        self._closing.set()
        for thread in self._threads:
            thread.join()

    def _shop(self, place: int) -> None:
        dice = random.Random(f"{self._seed}-{place}")
        merchant = Merchant(self._url, self._key)
        while not self._closing.is_set():
            life = self._life(dice)
            self.lives.append(life)
            try:
                _live(life, merchant, dice)
            except (requests.RequestException, TimeoutError) as error:
                life.problem = "" if life.hurried and _is_conflict(error) else str(error)
            self._closing.wait(dice.uniform(0, 0.5))

    def _life(self, dice: random.Random) -> Life:
        amount = f"{dice.randint(1, 5000)}.{dice.randint(0, 99):02d}"
        return Life(
            number=f"C-{next(self._numbers):05d}",
            market=dice.choice(_MARKETS),
            amount=amount,
            path=_CANCELLED if dice.random() < 0.15 else _SHIPPED,
            hurried=dice.random() < 0.2,
        )


def _live(life: Life, merchant: Merchant, dice: random.Random) -> None:
    life.runs.append(_insist(lambda: merchant.place(order_body(life.story)))["run_id"])
    for place, status in enumerate(life.path):
        if life.hurried and place % 2 == 0:
            time.sleep(dice.uniform(0, 1.0))
        else:
            _settle(life, merchant)
        life.runs.append(_insist(lambda status=status: merchant.move(life.number, status))["run_id"])
    _settle(life, merchant)


def _settle(life: Life, merchant: Merchant) -> None:
    """Wait until all runs have ended; a waiting one has not, unless the customer is in a hurry."""
    still_open = _OPEN if life.hurried else {*_OPEN, "waiting"}
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        runs = _insist(lambda: merchant.runs(life.number))
        if not any(run["state"] in still_open for run in runs):
            return
        time.sleep(_POLL_S)
    raise TimeoutError(f"runs were still open after {PATIENCE_S:.0f} s")


def _is_conflict(error: Exception) -> bool:
    """A stopped run keeps the order in its status; the next one is then refused."""
    return isinstance(error, requests.HTTPError) and error.response.status_code == 409


def _insist(call: Any) -> Any:
    """Again when the hub asks for it, as a shop would."""
    for _ in range(_TRIES):
        try:
            return call()
        except requests.HTTPError as error:
            if error.response is None or error.response.status_code not in _TRY_AGAIN:
                raise
        time.sleep(_POLL_S)
    return call()
