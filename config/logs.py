import json
import logging
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line; whatever a call passes as `extra` becomes a field."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in record.__dict__.items() if key not in STANDARD})
        # The redacting filter leaves the traceback as text.
        if record.exc_text:
            line["exception"] = record.exc_text
        elif record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def settings(formatter: str, level: str) -> dict[str, Any]:
    """Everything to stdout, where whatever runs the process collects it."""
    redact = "eventlog.logging.RedactingFilter" if find_spec("eventlog.logging") else "logging.Filter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": redact}},
        "formatters": {
            "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": formatter,
                "filters": ["redact"],
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
    }
