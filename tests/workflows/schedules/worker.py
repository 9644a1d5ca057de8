"""A worker process for tests that kill it: ticks and works off slices, with the implementations of these tests."""

from __future__ import annotations

import time
from contextlib import ExitStack

import django

django.setup()

from connectors import registry  # noqa: E402
from tenants.scoping import platform_scope  # noqa: E402
from tests.workflows.shopstall import Depot, Stall  # noqa: E402
from workflows.schedules.slice import Slice  # noqa: E402
from workflows.schedules.ticker import tick  # noqa: E402


def main() -> None:
    with ExitStack() as stack:
        for provider in (Stall, Depot):
            stack.enter_context(registry.registered(provider))
        while True:
            tick()
            with platform_scope("scheduled tasks of all tenants"):
                Slice().run(5)
            time.sleep(0.05)


if __name__ == "__main__":
    main()
