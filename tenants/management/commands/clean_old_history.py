"""simple-history's own command, over the rows of every tenant. What is published does not depend on history rows."""

from __future__ import annotations

from typing import Any

from simple_history.management.commands import clean_old_history

from tenants.scoping import platform_scope


class Command(clean_old_history.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with platform_scope("history of every tenant is cleaned"):
            super().handle(*args, **options)
