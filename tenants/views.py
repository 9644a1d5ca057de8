from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenants.middleware import SESSION_KEY, choices
from tenants.navigation import icon


def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that name no icon, such as a label or the API's description: browsers ask for it by this name."""
    return redirect(icon())


@require_POST
def switch_tenant(request: HttpRequest) -> HttpResponse:
    """Work in another tenant from now on. One that is not the person's own does not exist for them."""
    wanted = request.POST.get("tenant", "")
    user = request.user
    options = choices(user) if user.is_authenticated and user.is_active and user.is_staff else []
    if wanted not in {str(tenant.pk) for tenant, _ in options}:
        raise Http404
    request.session[SESSION_KEY] = int(wanted)
    return redirect("admin:index")
