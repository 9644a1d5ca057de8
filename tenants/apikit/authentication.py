from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.models import ApiKey

REALM = 'Bearer realm="crossdock"'


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer cdk_…`. The caller is the key, not a user: see `request.auth`."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = ApiKey.authenticate(plain.strip(), client_ip(request))
        if key is None:
            raise AuthenticationFailed(
                "This API key is not valid here; check that it is complete, not expired or revoked,"
                " and allowed from your address."
            )
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return REALM


class HasScope(BasePermission):
    """The view's `scopes` name the scope that each action or method needs; what they do not name is refused."""

    message = "This API key may not do that; issue a key with the scope that the call needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = needed_scope(view, request.method or "")
        if not isinstance(request.auth, ApiKey) or needed is None:
            return False
        if not request.auth.allows(needed):
            self.message = f"This API key lacks the scope {needed}; issue a key that has it."
            return False
        return True


def needed_scope(view: Any, method: str) -> str | None:
    scopes: dict[str, str] = view.scopes
    action = getattr(view, "action", None)
    if action in scopes:
        return scopes[action]
    return scopes.get("GET" if method in ("HEAD", "OPTIONS") else method)


def client_ip(request: Request) -> str:
    """The caller's address; a proxy's word counts only where the deployment trusts its proxy."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER:
        return str(forwarded.rpartition(",")[2].strip())
    return str(request.META.get("REMOTE_ADDR", ""))


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, `cdk_test_…` or `cdk_live_…`.",
        }
