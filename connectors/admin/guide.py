"""What an implementation wants to be told, for the tabs where it is entered."""

from __future__ import annotations

from typing import Any

from connectors.manual import wanted
from connectors.validation import implementation_of


def guide(slug: str) -> dict[str, Any]:
    """For the templates: the implementation's label and its settings by tab; {} for one that is not known yet."""
    implementation = implementation_of(slug)
    if implementation is None:
        return {}
    rows = wanted(implementation)
    return {
        "label": implementation.label,
        "slug": implementation.slug,
        "authentication": [row for row in rows if row.tab == "Authentication"],
        "properties": [row for row in rows if row.tab == "Properties"],
    }
