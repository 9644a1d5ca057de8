from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from eventlog import retention
from tenants.scoping import platform_scope


class Command(BaseCommand):
    help = "Delete old events, and the requests and responses of calls earlier still. Run it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=settings.CROSSDOCK_EVENT_DAYS)
        parser.add_argument(
            "--payload-days",
            type=int,
            default=settings.CROSSDOCK_EVENT_PAYLOAD_DAYS,
        )
        parser.add_argument(
            "--seconds", type=int, default=600, help="stop after this time; the next run goes on"
        )

    def handle(self, *args: Any, days: int, payload_days: int, seconds: int, **options: Any) -> None:
        deadline = time.monotonic() + seconds
        with platform_scope("retention"):
            payloads = retention.prune_payloads(payload_days, deadline)
            events = retention.prune_events(days, deadline)
            answers = retention.prune_answers(deadline)
        self.stdout.write(f"{events} events, {payloads} payloads and {answers} stored API answers deleted")
