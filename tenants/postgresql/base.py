"""Django's backend for PostgreSQL, which finds out without a statement whether a kept connection is still there."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """An idle connection has nothing to say: where it has, the server has closed it or sends a notice, and a
        statement tells which."""
        return self._is_silent() or bool(super().is_usable())

    def _is_silent(self) -> bool:
        connection: Any = self.connection
        if connection is None or connection.closed:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return not poll.poll(0)
