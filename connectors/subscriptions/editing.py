"""Creating and changing subscriptions by document, as the API does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from connectors.models import EventSubscription, EventSubscriptionHeader
from connectors.secret_keys import is_secret_header
from connectors.subscriptions.keys import fresh, new_secret, set_secret
from connectors.subscriptions.standing import switch_on
from tenants.models import Secret
from tenants.scoping import current_tenant

#: What stands for the value of a secret header that is to stay as it is.
KEPT = "(set)"


def create(values: Mapping[str, Any]) -> tuple[EventSubscription, str]:
    """The new row and its signing secret. Raises ValidationError by field."""
    values = dict(values)
    plain, headers = values.pop("secret", None) or new_secret(), values.pop("headers", [])
    row = EventSubscription(tenant=current_tenant(), **values)
    with transaction.atomic():
        set_secret(row, plain)
        _save(row)
        _replace_headers(row, headers)
    return row, plain


def change(row: EventSubscription, values: Mapping[str, Any]) -> None:
    """Set what is given. Raises ValidationError by field."""
    values = dict(values)
    headers = values.pop("headers", None)
    with transaction.atomic():
        fresh(row)
        if values.get("active") and not row.active:
            switch_on(row)
        for name, value in values.items():
            setattr(row, name, value)
        _save(row)
        if headers is not None:
            _replace_headers(row, headers)


def _save(row: EventSubscription) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise ValidationError(_by_field(error)) from None
    row.save()


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    """Of a constraint, at the field that can be changed."""
    told = {name: list(texts) for name, texts in error.message_dict.items()}
    for text in told.pop("__all__", []):
        told.setdefault("secret" if "secret" in text else "name", []).append(text)
    return told


def _replace_headers(row: EventSubscription, headers: Sequence[Mapping[str, Any]]) -> None:
    before = {header.name.lower(): header for header in row.headers.select_related("secret")}
    row.headers.exclude(name__in=[given["name"] for given in headers]).delete()
    seen: set[str] = set()
    for index, given in enumerate(headers):
        name = given["name"].strip()
        if name.lower() in seen:
            raise ValidationError({f"headers.{index}.name": ["This header is there already; send it once."]})
        seen.add(name.lower())
        _put_header(row, before.get(name.lower()), {**given, "name": name}, f"headers.{index}")


def _put_header(
    row: EventSubscription, present: EventSubscriptionHeader | None, given: Mapping[str, Any], place: str
) -> None:
    header = (
        present if present and present.pk else EventSubscriptionHeader(subscription=row, tenant=row.tenant)
    )
    kept = header.secret if header.is_secret and given["value"] == KEPT else None
    header.name = given["name"]
    header.is_secret = bool(given.get("is_secret")) or kept is not None or is_secret_header(header.name)
    header.value = "" if header.is_secret else given["value"]
    header.tenant = row.tenant
    try:
        EventSubscriptionHeader(
            subscription=row, tenant=row.tenant, name=header.name, value=given["value"]
        ).clean()
    except ValidationError as error:
        told = {f"{place}.{name}": texts for name, texts in error.message_dict.items()}
        raise ValidationError(told) from None
    label = f"{header.name} of {row.name}"
    header.secret = (kept or Secret.store(row.tenant, given["value"], label)) if header.is_secret else None
    header.save()
