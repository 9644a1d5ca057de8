"""Django's backend for PostgreSQL, which finds out without a statement whether a kept connection is still there, and can
have the server keep statements prepared."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe


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

    @async_unsafe
    def prepared_cursor(self) -> Any:
        """A cursor whose statements the server parses and plans once for each connection. Where "prepare_threshold" is
        not set, as with a pooler between that gives each transaction another connection, an ordinary one."""
        self.ensure_connection()
        connection: Any = self.connection
        if connection.prepare_threshold is None:
            return self.cursor()
        backend: Any = self
        cursor: Any = base.ServerBindingCursor
        with self.wrap_database_errors:
            return backend._prepare_cursor(cursor(connection))
