import json
import logging

from config.logs import JsonFormatter
from eventlog.logging import RedactingFilter


def test_one_object_a_line_with_extras_and_exception() -> None:
    try:
        raise ValueError("broken\nin two lines")
    except ValueError as error:
        record = logging.LogRecord(
            "crossdock", logging.ERROR, __file__, 1, "order %s", ("N-1",), (ValueError, error, None)
        )
    record.order = "N-1"
    text = JsonFormatter().format(record)
    line = json.loads(text)
    assert "\n" not in text
    assert (line["level"], line["message"], line["order"]) == ("ERROR", "order N-1", "N-1")
    assert "broken" in line["exception"]


def test_a_traceback_that_the_filter_redacted_is_kept() -> None:
    try:
        raise ValueError("password=hunter2")
    except ValueError as error:
        record = logging.LogRecord(
            "crossdock", logging.ERROR, __file__, 1, "failed", (), (ValueError, error, None)
        )
    RedactingFilter().filter(record)
    line = json.loads(JsonFormatter().format(record))
    assert line["exception"] == "ValueError: password=[redacted]"
