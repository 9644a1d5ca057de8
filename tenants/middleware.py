from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tenants.models import Membership, Right, Tenant
from tenants.personal import showing
from tenants.scoping import platform_scope, tenant_scope

SESSION_KEY = "tenant"


class TenantMiddleware:
    """Puts a staff session into the scope of its tenant. Calls of the API get theirs from their key instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant, request.rights = None, frozenset()  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.tenant, request.rights = choose(request)  # type: ignore[attr-defined]
        if request.tenant is None:  # type: ignore[attr-defined]
            return self.get_response(request)
        sees = Right.SEE_PERSONAL_DATA in request.rights  # type: ignore[attr-defined]
        with tenant_scope(request.tenant), showing(sees):  # type: ignore[attr-defined]
            return self.get_response(request)


def choose(request: HttpRequest) -> tuple[Tenant | None, frozenset[str]]:
    """The tenant of a staff session and what the person may do in it."""
    user: Any = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return None, frozenset()
    options = choices(user)
    chosen = next((item for item in options if item[0].pk == request.session.get(SESSION_KEY)), None)
    if chosen is None and options and (len(options) == 1 or user.is_superuser):
        chosen = options[0]
    if chosen is not None and user.is_superuser:
        _stay(request, chosen[0])
    return chosen or (None, frozenset())


def _stay(request: HttpRequest, tenant: Tenant) -> None:
    """So that a tenant that is added later, and comes first by its name, moves nobody into it."""
    if request.session.get(SESSION_KEY) != tenant.pk:
        request.session[SESSION_KEY] = tenant.pk


def choices(user: Any) -> list[tuple[Tenant, frozenset[str]]]:
    """The tenants a person may work in, by name, each with the person's rights."""
    with platform_scope("the tenants of a session's user"):
        if user.is_superuser:
            return [(tenant, frozenset(Right)) for tenant in Tenant.objects.filter(is_active=True)]
        mine = Membership.objects.filter(user=user, tenant__is_active=True).select_related("tenant")
        return [(membership.tenant, membership.rights) for membership in mine.order_by("tenant__name")]
