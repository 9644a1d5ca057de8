"""The event log: a list that never counts, one event, and a filtered part as CSV."""

from eventlog.admin import log

__all__ = ["log"]
