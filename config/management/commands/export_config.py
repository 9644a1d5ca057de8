"""`manage.py export_config`: a tenant's configuration as YAML, for a repository of one's own."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from config.configuration_files import FilesCommand
from connectors.as_code import files
from connectors.as_code.exporting import CannotExport, Exported, environment_names, export, left_out
from tenants.scoping import tenant_scope


class Command(FilesCommand):
    help = (
        "Writes a tenant's configuration as YAML: what is published, without what is retired. Secrets are not in it;"
        " the names of the environment variables that are to hold them are told."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--output", type=Path, metavar="FILE", help="One file; else it is printed.")
        where.add_argument(
            "--folder", type=Path, help="A folder for each section in it, with a file for each document."
        )
        parser.add_argument("--drafts", action="store_true", help="The drafts instead of what is published.")

    def handle(self, *args: Any, **options: Any) -> None:
        with tenant_scope(self.tenant(options["tenant"])):
            try:
                found = export(drafts=options["drafts"])
            except CannotExport as error:
                raise CommandError(str(error)) from None
            missing = [] if options["drafts"] else left_out()
        self._write(found, options)
        for line in missing:
            self.stderr.write(f"Note: {line}.")
        names = environment_names(found)
        if names:
            self.stderr.write(f"An import needs {len(names)} secrets in the environment: {', '.join(names)}")

    def _write(self, found: list[Exported], options: dict[str, Any]) -> None:
        if options["folder"]:
            self._fill(options["folder"], files.folder(found))
        elif options["output"]:
            options["output"].write_text(files.one_file(found), encoding="utf-8")
        else:
            self.stdout.write(files.one_file(found), ending="")

    def _fill(self, folder: Path, texts: dict[Path, str]) -> None:
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        for directory in {name.parent for name in texts}:
            for other in sorted((folder / directory).glob("*.yaml")):
                if directory / other.name not in texts:
                    self.stderr.write(f"{other} is not part of this export; delete it if it is an old one.")
