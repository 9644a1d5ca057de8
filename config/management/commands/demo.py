"""`manage.py demo`: a merchant's orders through API, worker and connectors, against simulated vendors."""

from __future__ import annotations

import json
import signal
import sys
import time
from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from config.demo import ground, seed
from config.demo.figures import figures
from config.demo.flows import flows
from config.demo.house import DemoFailed, House, free_port
from config.demo.merchant import Merchant
from config.demo.play import play
from config.demo.scenario import stories
from config.demo.show import Board, summary, surprises
from config.demo.side import SideShow
from config.demo.vendors import Vendors


class Command(BaseCommand):
    help = "Plays a merchant's day against simulated vendors, and leaves the admin open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End after the last order.")
        parser.add_argument(
            "--json", action="store_true", help="Print the figures as one JSON object, last line."
        )
        parser.add_argument(
            "--port", type=int, default=8000, help="Of the admin and API; 0 takes any free one."
        )
        parser.add_argument(
            "--directory", type=Path, default=settings.BASE_DIR / ".demo", help="Database and logs."
        )
        parser.add_argument("--seed", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seed"]:
            self.stdout.write(json.dumps(seed.seed()))
            return
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            ended = self._play(options)
        except DemoFailed as error:
            raise CommandError(str(error)) from None
        if not ended:
            sys.exit(1)

    def _play(self, options: dict[str, Any]) -> bool:
        """Whether everything went as foreseen."""
        house = House(
            options["directory"], free_port(options["port"] if not options["once"] else 0), free_port(0)
        )
        told = Console(stderr=True)
        try:
            told.print("Preparing the database …")
            told_by_seed = house.prepare()
            key = told_by_seed["key"]
            result = self._orders(house, told_by_seed)
            told.print(summary(result))
            if options["json"]:
                self.stdout.write(json.dumps(result))
            if not options["once"]:
                told.print(
                    f"\nAdmin: {house.url}/admin/  (user {ground.USER}, password {ground.PASSWORD})\n"
                    f"API:   {house.url}/api/docs/  (key {key})\nCtrl-C ends the demo."
                )
                house.watch()
        except KeyboardInterrupt:
            told.print("Stopping …")
        finally:
            house.close()
        return not result["unexpected"] and not result["double_effects"]

    def _orders(self, house: House, seeded: dict[str, Any]) -> dict[str, Any]:
        plot, vendors, key = stories(), Vendors(house.sandbox), seeded["key"]
        house.open_vendors()
        vendors.prepare(plot, seeded["webhooks"])
        for flow in flows():
            flow.prepare(vendors, seeded["webhooks"])
        house.open()
        began = time.monotonic()
        beside = SideShow(flows(), lambda: Merchant(house.url, key), vendors)
        with Board(plot) as board:
            ended = play(plot, house.url, key, vendors, board.tell)
        complaints = beside.complaints()
        for line in surprises(ended, complaints):
            self.stderr.write(line)
        stock = Merchant(house.url, key).stock("TENT-2")
        return figures(ended, complaints, vendors, stock, time.monotonic() - began)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Whoever ends the demo ends its processes too, also where SIGINT is ignored, as in a shell's background."""
    raise KeyboardInterrupt
