from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from tenants import key_text
from tenants.models.tenant import Tenant
from tenants.scoping import TenantModel, platform_scope, scoped_history

_LAST_USED_EVERY = timedelta(minutes=1)
#: A key that another process has revoked is refused here after this long at the latest.
_TRUSTED_FOR_S = 2.0
_RECENT_KEYS = 1024


def validate_scopes(value: Any) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise ValidationError(
            'Use a list of scopes, such as ["orders:read", "orders:write"], or ["*"] for all.'
        )


def validate_networks(value: Any) -> None:
    try:
        for item in value:
            ipaddress.ip_network(item, strict=False)
    except (TypeError, ValueError):
        raise ValidationError(
            'Use a list of addresses or networks, such as ["192.0.2.10", "198.51.100.0/24"].'
        ) from None


class _Recent:
    """Keys that this process has just looked up, by digest, for callers that send many requests a second."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[float, ApiKey]] = {}

    def get(self, digest: str) -> ApiKey | None:
        until, key = self._keys.get(digest, (0.0, None))
        return key if time.monotonic() < until else None

    def keep(self, digest: str, key: ApiKey) -> None:
        if len(self._keys) >= _RECENT_KEYS:
            self.forget()
        self._keys[digest] = (time.monotonic() + _TRUSTED_FOR_S, key)

    def forget(self, *args: Any, **kwargs: Any) -> None:
        self._keys.clear()


recent_keys = _Recent()


class ApiKey(TenantModel):
    """A caller of the API. The key itself is shown once; only its SHA-256 is kept, which is enough for 32 random bytes."""

    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=30, db_index=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(
        default=list, validators=[validate_scopes], help_text='Such as ["orders:read", "orders:write"].'
    )
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, blank=True, editable=False)
    allowed_ips = models.JSONField(
        "allowed addresses",
        default=list,
        blank=True,
        validators=[validate_networks],
        help_text="Empty allows every address.",
    )
    created_at = models.DateTimeField("created", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    history = scoped_history(excluded_fields=["digest", "last_used_at"])

    class Meta:
        verbose_name = "API key"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(
        cls,
        tenant: Tenant,
        name: str,
        scopes: Iterable[str],
        *,
        expires_at: datetime | None = None,
        allowed_ips: Iterable[str] = (),
        created_by: Any = None,
    ) -> tuple[ApiKey, str]:
        """The new row and the plain key, which exists nowhere else."""
        key = cls(
            tenant=tenant,
            name=name,
            scopes=list(scopes),
            expires_at=expires_at,
            allowed_ips=list(allowed_ips),
            created_by=created_by,
        )
        plain = key.draw()
        key.save()
        return key, plain

    def draw(self) -> str:
        """Give an unsaved row its key and return the plain text, which exists nowhere else."""
        plain = key_text.generate(live=self.tenant.is_production)
        self.prefix, self.digest = key_text.prefix(plain), key_text.digest(plain)
        return plain

    @classmethod
    def authenticate(cls, plain: str, ip: str) -> ApiKey | None:
        """The live key of a live tenant that this text is, or None; never tells which check failed."""
        if not key_text.is_wellformed(plain):
            return None
        digest, now = key_text.digest(plain), timezone.now()
        found = recent_keys.get(digest) or cls._find(digest, key_text.prefix(plain))
        if found is None or not found.is_usable(ip, now):
            return None
        found._touch(now)
        return found

    @classmethod
    def _find(cls, digest: str, prefix: str) -> ApiKey | None:
        with platform_scope("API key look-up"):
            candidates = list(cls.objects.select_related("tenant").filter(prefix=prefix))
        found = next((key for key in candidates if hmac.compare_digest(key.digest, digest)), None)
        if found is not None:
            recent_keys.keep(digest, found)
        return found

    def is_usable(self, ip: str, now: datetime) -> bool:
        expired = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not expired and self.tenant.is_active and self._allows(ip)

    def allows(self, scope: str) -> bool:
        return "*" in self.scopes or scope in self.scopes

    def revoke(self) -> None:
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])

    def _allows(self, ip: str) -> bool:
        if not self.allowed_ips:
            return True
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return False
        return any(address in ipaddress.ip_network(network, strict=False) for network in self.allowed_ips)

    def _touch(self, now: datetime) -> None:
        if self.last_used_at is not None and self.last_used_at >= now - _LAST_USED_EVERY:
            return
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _LAST_USED_EVERY)
        with platform_scope("API key look-up"):
            type(self).objects.filter(stale, pk=self.pk).update(last_used_at=now)
        self.last_used_at = now


for _sender in (ApiKey, Tenant):
    for _signal in (post_save, post_delete):
        _signal.connect(recent_keys.forget, sender=_sender, dispatch_uid=f"recent keys {_sender.__name__}")
