"""`manage.py capabilities`: which implementation can do what, as the code says; the README holds the same table."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connectors.matrix import markdown

BEGIN, END = "<!-- capabilities -->\n", "<!-- end of capabilities -->\n"


class Command(BaseCommand):
    help = "Prints the table of what each implementation can do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="Put it into the README instead.")
        parser.add_argument(
            "--check", action="store_true", help="Fail when the README's table is an older one."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        readme = Path(settings.BASE_DIR) / "README.md"
        if options["write"]:
            readme.write_text(with_table(readme.read_text()))
        elif options["check"]:
            if with_table(readme.read_text()) != readme.read_text():
                raise CommandError(
                    "The README's table of capabilities is not what the code says; run: make capabilities"
                )
        else:
            self.stdout.write(markdown())


def with_table(text: str) -> str:
    """The text with the table between its marks renewed. Raises CommandError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CommandError(f"The README needs the lines {BEGIN.strip()} and {END.strip()}")
    return f"{before}{BEGIN}{markdown()}{END}{after}"
