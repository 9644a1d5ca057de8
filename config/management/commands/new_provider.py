"""`manage.py new_provider`: the files of a further vendor, each with what is still to be written."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.scaffold import Mistake, Wanted, files
from connectors.matrix import CONTRACTS

_NEXT = """
Next, as the README's "Your first provider in an hour" tells:
  1. Declare host, settings, auth, check request, limits and errors in the provider, then write its methods one by one.
  2. Fill each scenario of the fixture with the vendor's exchange, values of your own (its form stands at the top of
     tests/contract/fixtures.py), and run
     CROSSDOCK_THOROUGH=1 .venv/bin/python -m pytest -q --nomigrations tests/contract tests/providers -k {slug}
  3. Let the simulated vendor answer, and have something go through it in the demo: make demo ARGS="--once"
  4. make capabilities, make check, make test
"""


class Command(BaseCommand):
    help = "Writes the beginnings of a provider: the file, its fixture, its simulated vendor, its flow in the demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="Short name in lower case, such as acmepay.")
        parser.add_argument("--label", default="", help="What people call it.")
        parser.add_argument("--host", required=True, help="Its API, such as https://api.acmepay.example.")
        parser.add_argument(
            "--contract", action="append", default=[], help=f"Once for each: {', '.join(CONTRACTS)}."
        )
        parser.add_argument(
            "--operation", action="append", default=[], help="Only these of the contracts; all without."
        )
        parser.add_argument("--category", default="", help="Where the contracts do not tell.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = Wanted.of(
                options["slug"],
                options["label"],
                options["category"],
                options["contract"],
                options["operation"],
                options["host"],
            )
            made = files(wanted)
        except Mistake as error:
            raise CommandError(str(error)) from None
        except ModuleNotFoundError:
            raise CommandError("The tests are not here; run this in a checkout of the repository") from None
        self._write({Path(settings.BASE_DIR) / name: text for name, text in made.items()})
        for name in made:
            self.stdout.write(f"written  {name}")
        self.stdout.write(_NEXT.format(slug=wanted.slug))

    def _write(self, made: dict[Path, str]) -> None:
        """All or nothing. Raises CommandError where one of them is there already."""
        there = [path for path in made if path.exists()]
        if there:
            raise CommandError(f"{there[0]} is there already; remove it, or choose another slug")
        for path, text in made.items():
            path.write_text(text)
