from __future__ import annotations

from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields, wants

__all__ = ["NoQuerySerializer", "read_query", "wanted_fields", "wants"]
