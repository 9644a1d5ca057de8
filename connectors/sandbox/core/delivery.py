"""How an answer reaches the client, or fails to: the part of a fault that happens on the wire."""

from __future__ import annotations

import time
from dataclasses import replace

from connectors.sandbox.core.faults import NO_FAULT, Fault
from connectors.sandbox.core.wire import Connection, Response

_HTML = (
    b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"
)


def deliver(connection: Connection, response: Response, fault: Fault) -> bool:
    """Send the answer as the fault wants it; whether the connection may be used again. Raises OSError."""
    if fault is NO_FAULT:
        connection.send(response.encoded_head() + response.body)
        return True
    if fault.drop_before or fault.drop_after or fault.works_on:
        connection.reset()
        return False
    if fault.hang_before or fault.hang_after:
        connection.wait_for_close()
        return False
    shaped = _shaped(response, fault)
    _send(connection, shaped.encoded_head(), fault.slow_headers)
    body = shaped.body[: len(shaped.body) // 2] if fault.truncated else shaped.body
    _send(connection, body, fault.slow_body)
    return not fault.truncated


def _shaped(response: Response, fault: Fault) -> Response:
    if fault.html:
        response = replace(response, status=200, body=_HTML, content_type="text/html; charset=utf-8")
    if fault.malformed:
        response = replace(response, body=response.body[: -max(1, len(response.body) // 3)])
    if fault.text is not None:
        response = replace(response, body=fault.text.encode())
    extra = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return replace(response, headers={**response.headers, **extra, **fault.headers})


def _send(connection: Connection, data: bytes, seconds_per_byte: float) -> None:
    if not seconds_per_byte:
        connection.send(data)
        return
    for index in range(len(data)):
        connection.send(data[index : index + 1])
        time.sleep(seconds_per_byte)
