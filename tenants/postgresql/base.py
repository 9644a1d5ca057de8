"""Django's backend for PostgreSQL, which finds out without a statement whether a kept connection is still there, can have
the server keep statements prepared, and can send several in one go."""

from __future__ import annotations

import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg import Pipeline
from psycopg.generators import send


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
        with self.wrap_database_errors:
            return backend._prepare_cursor(_cursor(connection))

    @async_unsafe
    def answers_to(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        """What each of some statements returns, sent in one go and run in their order up to the first that fails. They are
        prepared where `prepared_cursor` prepares: parsing and planning a short one takes longer than running it."""
        self.ensure_connection()
        connection: Any = self.connection
        # A log wants the text of a statement as soon as it is sent, when a pipeline has not composed it yet; and who looks
        # at all that is executed looks at what Django's own cursors execute.
        if connection.prepare_threshold is None or self.queries_logged or self.execute_wrappers:
            return self._answers_to_one(statements)
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            # Below Django's wrappers, whose look-ups take longer than what a cursor does.
            cursors = [_cursor(connection) for _ in statements]
            with _in_one_go(connection):
                for cursor, (sql, values) in zip(cursors, statements, strict=True):
                    cursor.execute(sql, values)
            return [_answer(cursor) for cursor in cursors]

    def _answers_to_one(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        """As one statement: the extended protocol, which alone prepares, takes one at a time."""
        backend: Any = self
        with backend.cursor() as cursor:
            cursor.execute(
                "; ".join(sql for sql, _ in statements),
                [value for _, values in statements for value in values],
            )
            answers = [_answer(cursor)]
            while cursor.nextset():
                answers.append(_answer(cursor))
            return answers


#: Binds values on the server, which alone prepares.
_cursor: Any = base.ServerBindingCursor


class _Waiting(Pipeline):
    """Has libpq gather what it is given, and sends it when it is left. One of psycopg's own sends each statement by itself,
    and each time the process waits for the network and then for its turn among its threads."""

    def _communicate_gen(self) -> Any:
        while self.command_queue:
            self.command_queue.popleft()()
        yield from ()

    def _exit_gen(self) -> Any:
        self._enqueue_sync()
        yield from self._communicate_gen()
        yield from send(self.pgconn)
        yield from self._fetch_gen(flush=False)


@contextmanager
def _in_one_go(connection: Any) -> Iterator[None]:
    """As the `pipeline` of a connection that is in none, with `_Waiting`. One that cannot leave it, as libpq refused to send
    what it had begun with, is closed: it would refuse all that comes after."""
    pipeline = connection._pipeline = _Waiting(connection)
    try:
        with pipeline:
            yield
    finally:
        connection._pipeline = None
        if not connection.closed and connection.pgconn.pipeline_status:
            connection.close()


def _answer(cursor: Any) -> Any:
    # A description would be composed column by column.
    return cursor.fetchall() if cursor.pgresult.nfields else []
