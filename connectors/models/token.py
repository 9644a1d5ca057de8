from __future__ import annotations

from django.conf import settings
from django.db import models

from connectors.models.connector import Connector
from tenants import vault
from tenants.scoping import TenantModel


class OAuthToken(TenantModel):
    """A connector's access token, sealed. `claimed_until` is the lease of whoever renews it.

    The rest tells of a person's consent, where there is one: who gave it and when, to which account at the vendor, until
    when it lasts unless it is used (`ends_at`), and why the vendor takes it no more. It is worth a warning from
    `warn_at`, and somebody was warned at `warned_at`.
    """

    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="oauth_token")
    sealed = models.TextField(blank=True, editable=False)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField("connected", null=True, blank=True)
    connected_by = models.CharField("connected by", max_length=150, blank=True)
    account = models.CharField("account", max_length=200, blank=True)
    ends_at = models.DateTimeField("ends", null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField("refused", null=True, blank=True)
    refusal = models.CharField("refusal", max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["warn_at"],
                name="oauth_consent_to_warn_of",
                condition=models.Q(connected_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"OAuth token of {self.connector}"

    @property
    def binding(self) -> str:
        return f"{self.tenant.uid}:oauth:{self.connector_id}"


class ConsentRequest(TenantModel):
    """A Connect under way: a person was sent to the vendor and has to come back in the same session, once.

    State and session are kept as digests; the PKCE verifier is sealed. `credential` names the app that asked.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=64, editable=False)
    state = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.TextField(editable=False)
    credential = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Connect of {self.connector}"

    @property
    def binding(self) -> str:
        return f"{self.tenant.uid}:consent:{self.connector_id}:{self.state}"


vault.register_sealed(OAuthToken, "sealed", lambda token: token.binding)
vault.register_sealed(ConsentRequest, "sealed", lambda asked: asked.binding)
