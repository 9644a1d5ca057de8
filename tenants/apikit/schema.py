from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from tenants.apikit.authentication import needed_scope


class ScopedSchema(AutoSchema):
    """Says of every call which scope it needs."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        scope = needed_scope(self.view, self.method) if hasattr(self.view, "scopes") else None
        if operation and scope:
            told = str(operation.get("description", "")).strip()
            operation["description"] = f"{told}\n\nNeeds the scope `{scope}`.".strip()
        return operation
