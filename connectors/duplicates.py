"""A draft like another one, to be changed and published beside it."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import transaction

from connectors.drafts import free_id
from connectors.kinds import kind_of
from connectors.models import Connector, Publishable
from tenants.scoping import tenant_scope


def duplicate(obj: Publishable, user: Any = None) -> Publishable:
    """A new draft that says what this one says, under a name of its own. Secrets are referred to, never copied.

    Raises TypeError for a kind that cannot be written from a document.
    """
    kind = kind_of(obj)
    if kind.restore is None:
        raise TypeError(f"a {kind.name} cannot be duplicated")
    with transaction.atomic(), tenant_scope(obj.tenant_id):
        made = kind.model(tenant_id=obj.tenant_id)
        kind.restore(made, kind.to_document(obj) | _own_names(obj), user)
    return made


def _own_names(obj: Publishable) -> dict[str, str]:
    if isinstance(obj, Connector):
        label = obj.display_name or obj.name
        return {"connector_id": free_id(obj.connector_id or label), "display_name": f"{label} copy"[:200]}
    return {"name": _free_name(obj)}


def _free_name(obj: Any) -> str:
    taken = {name.lower() for name in type(obj).objects.values_list("name", flat=True)}
    base = f"{obj.name[:80]} copy"
    candidates = (base if number == 1 else f"{base} {number}" for number in count(1))
    return next(name for name in candidates if name.lower() not in taken)
