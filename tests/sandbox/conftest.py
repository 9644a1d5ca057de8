from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox import Sandbox, start
from tests.sandbox.callers import (
    AdyenCaller,
    BringCaller,
    PaypalCaller,
    SendgridCaller,
    StripeCaller,
    VippsCaller,
    WebhookCaller,
)
from tests.sandbox.receiver import Receiver


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def adyen(sandbox: Sandbox) -> AdyenCaller:
    return AdyenCaller(sandbox)


@pytest.fixture
def bring(sandbox: Sandbox) -> BringCaller:
    return BringCaller(sandbox)


@pytest.fixture
def paypal(sandbox: Sandbox) -> PaypalCaller:
    return PaypalCaller(sandbox)


@pytest.fixture
def stripe(sandbox: Sandbox) -> StripeCaller:
    return StripeCaller(sandbox)


@pytest.fixture
def vipps(sandbox: Sandbox) -> VippsCaller:
    return VippsCaller(sandbox)


@pytest.fixture
def webhook(sandbox: Sandbox) -> WebhookCaller:
    return WebhookCaller(sandbox)


@pytest.fixture
def sendgrid(sandbox: Sandbox) -> SendgridCaller:
    return SendgridCaller(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()
