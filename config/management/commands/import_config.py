"""`manage.py import_config`: YAML becomes the tenant's drafts, all of it or nothing."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from config.configuration_files import FilesCommand
from connectors.as_code import files
from connectors.as_code.importing import Change, Imported, ImportRefused, Publishing, import_documents
from connectors.as_code.yaml_text import NotReadable

#: The exit status of a plan that would change something; mistakes end with 1.
WOULD_CHANGE = 2


class Command(FilesCommand):
    help = (
        "Writes YAML as drafts, and with --publish makes them live through the checklist. All or nothing; what is there"
        " already is not touched, so a second import changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, help="A file, or a folder of files.")
        parser.add_argument(
            "--plan",
            action="store_true",
            help=f"Only tell what would change, field by field; exit status {WOULD_CHANGE} when something would.",
        )
        parser.add_argument("--publish", action="store_true", help="Publish what differs from what is live.")
        parser.add_argument(
            "--confirm",
            action="append",
            default=[],
            metavar="CODE",
            help="With --publish: confirm this warning of the checklist; may be repeated. all confirms every one.",
        )
        parser.add_argument("--comment", default="", help="Kept with what is published.")
        parser.add_argument("--user", help="User name of whoever imports, for the history.")
        parser.add_argument(
            "--keep-secrets",
            action="store_true",
            help="Keep a stored secret whose environment variable is not set.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._import(options)
        except NotReadable as error:
            raise CommandError(f"Nothing was imported. {error}") from None
        except ImportRefused as refused:
            told = "\n".join(f"  {trouble}" for trouble in refused.troubles)
            raise CommandError(f"Nothing was imported. Mend this, then import again:\n{told}") from None
        self._tell(found, options["plan"])
        if options["plan"] and found.changes:
            sys.exit(WOULD_CHANGE)

    def _import(self, options: dict[str, Any]) -> Imported:
        return import_documents(
            self.tenant(options["tenant"]),
            files.read(options["path"]),
            os.environ,
            only_plan=options["plan"],
            keep_secrets=options["keep_secrets"],
            publishing=_publishing(options),
            user=_user(options["user"]),
        )

    def _tell(self, found: Imported, is_plan: bool) -> None:
        for change in found.changes:
            self.stdout.write("\n".join(_lines(change)))
        for note in found.notes:
            self.stdout.write(f"Note: {note}")
        for line in found.untouched:
            self.stdout.write(f"Not in the files, stays as it is: {line}")
        count = len(found.changes)
        if not count:
            self.stdout.write("Nothing to change.")
        elif is_plan:
            self.stdout.write(f"{count} would change; nothing was changed.")
        else:
            self.stdout.write(f"{count} changed.")


def _lines(change: Change) -> list[str]:
    sign = "+" if change.is_new else "~" if change.differences else "="
    live = f" → version {change.published} live" if change.published else ""
    head = f"{sign} {change.section.noun} {change.identity}{live}"
    return [head, *(f"    {difference}" for difference in change.differences)]


def _publishing(options: dict[str, Any]) -> Publishing | None:
    if not options["publish"]:
        return None
    confirmed = None if "all" in options["confirm"] else options["confirm"]
    return Publishing(comment=options["comment"][:500], confirmed=confirmed)


def _user(name: str | None) -> Any:
    if name is None:
        return None
    users = get_user_model()
    try:
        return users.objects.get_by_natural_key(name)
    except users.DoesNotExist:
        raise CommandError(f"There is no user {name}; leave --user out or name another one.") from None
