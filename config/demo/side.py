"""Plays the flows of the further systems beside the orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import requests

from config.demo.flows import Flow
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors

_AT_ONCE = 3


class SideShow:
    """Begins with the first order, and is over when all flows are."""

    def __init__(self, flows: Sequence[Flow], merchant: Callable[[], Merchant], vendors: Vendors) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._going: dict[str, Future[list[str]]] = {
            flow.title: self._pool.submit(_play, flow, merchant(), vendors) for flow in flows
        }

    def complaints(self) -> dict[str, list[str]]:
        """What is not as it should be, by the flow's title."""
        try:
            return {title: future.result() for title, future in self._going.items()}
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _play(flow: Flow, merchant: Merchant, vendors: Vendors) -> list[str]:
    found: list[str] = []
    try:
        found.extend(flow.play(merchant, vendors))
    except (requests.RequestException, TimeoutError, LookupError) as error:
        found.append(str(error))
    return found
