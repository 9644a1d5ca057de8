"""What the descriptions of all endpoints have in common, and the parameter that names an order."""

from __future__ import annotations

from tenants.apikit.describing import FIELDS, IDEMPOTENCY, answer_example, describe, path, request_example

__all__ = ["FIELDS", "IDEMPOTENCY", "NUMBER", "answer_example", "describe", "path", "request_example"]

NUMBER = path("number", "The order's number.")
