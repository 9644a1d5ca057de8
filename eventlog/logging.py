"""Log lines without secrets. Knows no Django, because logging is set up before Django's apps are."""

from __future__ import annotations

import logging
from typing import Any

from eventlog.redaction import Redactor

_REDACTOR = Redactor()
_FORMATTER = logging.Formatter()
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LINE_ENDS = {ord(char): repr(char)[1:-1] for char in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


class RedactingFilter(logging.Filter):
    """Redacts message, extras and traceback by name and shape, and keeps one record from looking like two."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _one_line(_message(record)), None
        if record.exc_info:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
            record.exc_info = None
        record.exc_text = _indented(record.exc_text)
        record.stack_info = _indented(record.stack_info)
        for name in set(vars(record)) - _STANDARD:
            setattr(record, name, _extra(name, getattr(record, name)))
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} (arguments do not fit)"


def _one_line(text: str) -> str:
    return _REDACTOR.text(text).translate(_LINE_ENDS)


def _indented(text: str | None) -> str | None:
    """A text of several lines whose later lines cannot pass for the beginning of a record."""
    if not text:
        return text
    lines = _REDACTOR.text(text).replace("\r", "\\r").split("\n")
    return "\n    ".join(line.translate(_LINE_ENDS) for line in lines)


def _extra(name: str, value: Any) -> Any:
    if isinstance(value, int | float | bool) or value is None:
        return value
    document = {name: value if isinstance(value, dict | list | tuple) else str(value)}
    return _REDACTOR.document(document)[name]
