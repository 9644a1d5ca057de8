"""How documents name connectors: by Connector ID, or by Type where a connector has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from connectors.models import Connector
from connectors.validation import ended, suggest


class Refs:
    """The connectors of the tenant in scope, as they are when it is made."""

    def __init__(self) -> None:
        rows = Connector.objects.order_by("retired", "pk").only("type", "connector_id", "retired")
        self._texts = {row.pk: row.connector_id or row.type for row in rows}
        self._by_id = {row.connector_id.lower(): row.pk for row in rows if row.connector_id}
        self._by_type = _by_type(rows)

    def text(self, pk: int) -> str:
        """What a document calls it; "" for one that is gone."""
        return self._texts.get(pk, "")

    def is_clear(self, pk: int) -> bool:
        """Whether that name leads back to it."""
        return self._found(self.text(pk)) == [pk]

    def pk(self, text: str, place: str) -> int:
        """Raises ValidationError at `place` when none or several are called so."""
        found = self._found(text)
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError({place: [f"Several connectors are {text!r}; give each a Connector ID."]})
        cure = ended(suggest(text, sorted(set(self._texts.values()))))
        raise ValidationError({place: [f"There is no connector {text!r}; {cure}"]})

    def find(self, type: str, connector_id: str) -> int | None:
        """The connector that a document of these is about. Raises ValidationError when it could be several."""
        if connector_id:
            return self._by_id.get(connector_id.lower())
        found = self._by_type.get(type.strip().lower(), [])
        if len(found) > 1:
            text = f"Several connectors of Type {type} have no Connector ID; give each one."
            raise ValidationError({"connector_id": [text]})
        return found[0] if found else None

    def _found(self, text: str) -> list[int]:
        by_id = self._by_id.get(text.lower())
        return [by_id] if by_id is not None else self._by_type.get(text.lower(), [])


def _by_type(rows: Iterable[Connector]) -> dict[str, list[int]]:
    """Those without Connector ID; retired ones count only where no other has the Type."""
    found: dict[str, list[Connector]] = defaultdict(list)
    for row in rows:
        if not row.connector_id and (not row.retired or not found[row.type]):
            found[row.type].append(row)
    return {kind: [row.pk for row in same] for kind, same in found.items()}
