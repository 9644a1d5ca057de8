"""Idempotency-Key: the first answer is kept for 24 hours, and repeating the request repeats the answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from tenants import vault
from tenants.apikit.problems import FieldError, Problem
from tenants.models import IdempotencyRecord
from tenants.models.idempotency import ABANDONED_AFTER, KEPT_FOR

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "ETag", "Cache-Control")
# Answers to a request that the caller is expected to correct and send again under the same key.
_CORRECTABLE = {400, 401, 403, 413, 415, 422, 429}
_AT_ONCE = timedelta(seconds=1)
State = IdempotencyRecord.State


class Replay(Exception):
    """The stored first answer; not an error."""

    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__()
        self.record = record

    @property
    def response(self) -> HttpResponse:
        record = self.record
        headers = {**record.response_headers, REPLAYED: "true"}
        return HttpResponse(_opened(record), status=record.response_status, headers=headers)


def begin(request: Any) -> IdempotencyRecord | None:
    """Claim the request's key, if it has one. Raises Replay, or Problem 400, 409 or 422."""
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return None
    if not _KEY.fullmatch(key):
        cure = "Send 1 to 255 printable characters without spaces, such as a UUID."
        found = FieldError(HEADER, "This is not a usable key.", cure)
        raise Problem(400, "validation", "A header has errors.", errors=[found])
    return _claim(request.auth, key, _fingerprint(request))


def note(record: IdempotencyRecord | None, text: str) -> None:
    """Remember what this request has drawn. Call it before that is used, outside of the transaction that uses it."""
    if record is not None:
        record.note = text
        _mine(record).update(note=text)


def finish(record: IdempotencyRecord, response: HttpResponseBase | None) -> None:
    """Keep the answer, or free the key when the caller should be able to try again, as Retry-After says too."""
    broken = response is None or response.status_code >= 500
    if (
        response is None
        or broken
        or response.status_code in _CORRECTABLE
        or "Retry-After" in response.headers
    ):
        _free(record, keep_note=broken)
        return
    headers = _kept_headers(response)
    record.response_headers = headers
    body = getattr(response, "content", b"").decode()
    _mine(record).update(
        state=State.COMPLETED,
        response_status=response.status_code,
        response_headers=headers,
        response_body=vault.seal(body, _binding(record)) if _is_secret(headers) else body,
    )


def _mine(record: IdempotencyRecord) -> QuerySet[IdempotencyRecord]:
    """The row, unless another request has taken it over because this one took too long."""
    return IdempotencyRecord.objects.filter(pk=record.pk, created_at=record.created_at)


def _free(record: IdempotencyRecord, *, keep_note: bool) -> None:
    """What was drawn may have been used before something broke; then only the same request may have the key."""
    if keep_note and record.note:
        _mine(record).update(created_at=timezone.now() - ABANDONED_AFTER - _AT_ONCE)
    else:
        _mine(record).delete()


def _is_secret(headers: Mapping[str, str]) -> bool:
    return "no-store" in headers.get("Cache-Control", "")


def _opened(record: IdempotencyRecord) -> str:
    body: str = record.response_body
    return vault.unseal(body, _binding(record)).reveal() if _is_secret(record.response_headers) else body


def _binding(record: IdempotencyRecord) -> str:
    return f"{record.tenant.uid}:answer:{record.api_key_id}:{record.key}"


def _kept_headers(response: HttpResponseBase) -> dict[str, str]:
    kept = ("Content-Type", *_KEPT_HEADERS)
    return {name: response.headers[name] for name in kept if name in response.headers}


def _fingerprint(request: Any) -> str:
    target = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(target + request._request.body).hexdigest()


def _claim(api_key: Any, key: str, body_hash: str) -> IdempotencyRecord:
    fresh = {"body_hash": body_hash, "created_at": timezone.now()}
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(tenant=api_key.tenant, api_key=api_key, key=key, **fresh)
    except IntegrityError:
        known = IdempotencyRecord.objects.filter(api_key=api_key, key=key).first()
    if known is None:
        return _claim(api_key, key, body_hash)
    if _take_over(known, fresh):
        return known
    if known.body_hash != body_hash:
        raise Problem(
            422, "idempotency-mismatch", "This Idempotency-Key was used for another request; use a new key."
        )
    if known.state == State.IN_FLIGHT:
        raise Problem(
            409,
            "idempotency-in-flight",
            "The first request with this Idempotency-Key is still running; try again soon.",
        )
    raise Replay(known)


def _take_over(known: IdempotencyRecord, fresh: dict[str, Any]) -> bool:
    """A record that is too old, or whose process died, is used anew; of two callers only one succeeds."""
    now = fresh["created_at"]
    expired = Q(created_at__lt=now - KEPT_FOR)
    abandoned = Q(state=State.IN_FLIGHT, created_at__lt=now - ABANDONED_AFTER, body_hash=fresh["body_hash"])
    same = IdempotencyRecord.objects.filter(expired | abandoned, pk=known.pk, created_at=known.created_at)
    unanswered: dict[str, Any] = {
        "state": State.IN_FLIGHT,
        "response_status": None,
        "response_headers": {},
        "response_body": "",
    }
    forgotten = {"note": ""} if known.created_at < now - KEPT_FOR else {}
    taken = same.update(**unanswered, **forgotten, **fresh)
    if taken:
        known.refresh_from_db()
    return bool(taken)
