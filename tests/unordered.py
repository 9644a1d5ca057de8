"""Rows of queries that name no order, on SQLite in the reverse of how they came.

SQLite gives them as they were written, PostgreSQL does so until a row is written anew. What trusts either order fails
in one of the two suites each time, and not once in a hundred runs.
"""

from django.db.models.query import QuerySet


def reverse() -> None:
    """Turn the rows of every query without an order around, for the rest of this process."""
    fetch = QuerySet._fetch_all

    def fetch_all(self: QuerySet) -> None:
        fresh = self._result_cache is None
        fetch(self)
        if fresh and not self.ordered:
            self._result_cache.reverse()

    QuerySet._fetch_all = fetch_all
