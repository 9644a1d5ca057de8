from __future__ import annotations

from datetime import datetime

from rest_framework import serializers

from tenants.clock import YEARS


class MomentField(serializers.DateTimeField):
    """A time with its zone, in years that a database can hold."""

    default_error_messages = {
        "invalid": "This is not a time; send one with its zone, such as 2026-05-03T12:00:00Z.",
        "year": "This year cannot be meant; send one from 1970 to 2199.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("invalid", format="")
        if value.year not in YEARS:
            self.fail("year")
        return super().enforce_timezone(value)
