import json
import logging

from config.logs import JsonFormatter


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
