"""`manage.py worker`: executes workflow runs. Start as many as there are machines; one is enough on SQLite."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workflows.engine import companion, lifeline
from workflows.engine.supervisor import Supervisor


class Command(BaseCommand):
    help = "Executes workflow runs. Stops on SIGTERM or Ctrl-C once the calls under way have ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--relay", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["relay"]:
            lifeline.die_with_supervisor()
            companion.relay_events()
            return
        Supervisor().run()
