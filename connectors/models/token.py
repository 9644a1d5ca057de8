from __future__ import annotations

from django.db import models

from connectors.models.connector import Connector
from tenants import vault
from tenants.scoping import TenantModel


class OAuthToken(TenantModel):
    """A connector's access token, sealed. `claimed_until` is the lease of whoever renews it."""

    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="oauth_token")
    sealed = models.TextField(blank=True, editable=False)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"OAuth token of {self.connector}"

    @property
    def binding(self) -> str:
        return f"{self.tenant.uid}:oauth:{self.connector_id}"


vault.register_sealed(OAuthToken, "sealed", lambda token: token.binding)
