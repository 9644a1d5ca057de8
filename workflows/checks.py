"""What other distributions install wrongly is told at the start; it stops nothing."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from workflows.steps import registry


@register(Tags.compatibility)
def steps(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Warning(
            f"The workflow step {name} of another distribution cannot be used: {reason}.",
            hint=f"Mend or remove its entry point in the group {registry.ENTRY_POINT_GROUP}.",
            id="crossdock.W201",
        )
        for name, reason in registry.broken().items()
    ]
