from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from tenants.apikit import read

_PAGING = {"cursor", "limit"}


def read_query(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The checked query parameters, without those of paging. Raises ValidationError for what is unknown."""
    sent = {name: value for name, value in request.query_params.items() if name not in _PAGING}
    return read(serializer, sent)
