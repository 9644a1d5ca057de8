from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants import vault
from tenants.models.tenant import Tenant
from tenants.scoping import TenantModel, scoped_manager
from tenants.secret_value import SecretValue


class SecretIsFinal(TypeError):
    """Secrets are written once; a changed credential is a new row, so that drafts and publications keep theirs."""


class SecretQuerySet(models.QuerySet):
    def update(self, **kwargs: Any) -> NoReturn:
        raise SecretIsFinal("a stored secret is never changed; store a new one")

    def delete(self) -> NoReturn:
        raise SecretIsFinal("a stored secret is never deleted; publications may refer to it")


class Secret(TenantModel):
    """A credential, encrypted and bound to its tenant and id. Others refer to it by id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=200)
    ciphertext = models.TextField(editable=False)
    hint = models.CharField(max_length=4, blank=True, editable=False)
    created_at = models.DateTimeField("created", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = scoped_manager(models.Manager.from_queryset(SecretQuerySet))  # type: ignore[misc]

    def __str__(self) -> str:
        return f"{self.label} ({self.describe()})"

    @classmethod
    def store(cls, tenant: Tenant, plain: str, label: str, user: Any = None) -> Secret:
        """Raises VaultError when no key is configured."""
        secret = cls(tenant=tenant, label=label, hint=SecretValue(plain).hint, created_by=user)
        secret.ciphertext = vault.seal(plain, secret.binding)
        secret.save()
        return secret

    @property
    def binding(self) -> str:
        return f"{self.tenant.uid}:{self.id}"

    def reveal(self) -> SecretValue:
        """Raises VaultError when the key is missing or the row was tampered with."""
        return vault.unseal(self.ciphertext, self.binding)

    def describe(self) -> str:
        """What staff may see: "set, ends …4f2a, since 3 May by anna"."""
        ends = f", ends …{self.hint}" if self.hint else ""
        by = f" by {self.created_by.get_username()}" if self.created_by else ""
        return f"set{ends}, since {_day(self.created_at)}{by}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises SecretIsFinal for a stored row."""
        if not self._state.adding:
            raise SecretIsFinal("a stored secret is never changed; store a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SecretIsFinal("a stored secret is never deleted; publications may refer to it")


def _day(moment: Any) -> str:
    local = timezone.localtime(moment)
    year = "" if local.year == timezone.localdate().year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


vault.register_sealed(Secret, "ciphertext", lambda secret: secret.binding)
