import io
import logging

import pytest

from eventlog.logging import RedactingFilter


@pytest.fixture
def log():
    """A logger and what it has written, as a deployment would see it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    handler.addFilter(RedactingFilter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, stream


def test_messages_and_arguments_are_redacted(log):
    logger, stream = log
    logger.warning("call to %s failed, api_key=%s", "https://u:p@host/?token=abc", "sk_live_abcdef")
    assert (
        stream.getvalue()
        == "WARNING call to https://[redacted]@host/?token=[redacted] failed, api_key=[redacted]\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\x0b"])
def test_one_record_cannot_look_like_two(log, end):
    logger, stream = log
    logger.info("from %s", f"a caller{end}ERROR all is lost")
    assert len(stream.getvalue().splitlines()) == 1
    assert "a caller" in stream.getvalue() and "ERROR all is lost" in stream.getvalue()


def test_tracebacks_are_redacted_and_their_lines_indented(log):
    logger, stream = log
    try:
        try:
            raise KeyError("password=hunter2")
        except KeyError as inner:
            raise RuntimeError("card 4111111111111111\nERROR forged") from inner
    except RuntimeError:
        logger.exception("failed")
    written = stream.getvalue()
    assert "hunter2" not in written and "4111111111111111" not in written
    assert "RuntimeError: card 411111******1111" in written
    assert all(line.startswith("    ") for line in written.splitlines()[2:])


def test_extras_are_redacted(log):
    logger, _ = log
    record = logger.makeRecord(
        "x",
        logging.INFO,
        "f",
        1,
        "m",
        (),
        None,
        extra={"token": "abc", "order": "N-1", "run": 7, "body": {"cvc": "123"}},
    )
    RedactingFilter().filter(record)
    assert (record.token, record.order, record.run, record.body) == (
        "[redacted]",
        "N-1",
        7,
        {"cvc": "[redacted]"},
    )


def test_arguments_that_do_not_fit_still_give_a_line(log):
    logger, stream = log
    logger.info("%s and %s", "one")
    assert stream.getvalue() == "INFO %s and %s (arguments do not fit)\n"
