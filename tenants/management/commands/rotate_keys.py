from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import vault
from tenants.rotation import Rotated, rotate
from tenants.scoping import platform_scope


class Command(BaseCommand):
    help = "Seal every stored secret with the newest key of CROSSDOCK_ENCRYPTION_KEYS. Can be stopped and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows sealed in one transaction")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        failed = 0
        with platform_scope("key rotation"):
            for sealed in vault.sealed_fields():
                done = rotate(sealed, batch)
                failed += len(done.failed)
                self._report(f"{sealed.model._meta.label}.{sealed.field}", done)
        if failed:
            raise CommandError(
                f"{failed} could not be opened; keep the old keys until they are entered again."
            )

    def _report(self, name: str, done: Rotated) -> None:
        self.stdout.write(
            f"{name}: {done.sealed} sealed anew, {done.current} were current, {len(done.failed)} failed"
        )
        for reason in done.failed[:20]:
            self.stderr.write(f"  {reason}")
