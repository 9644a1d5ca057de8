"""What the admin's frame shows: title, tenant with its switch, and a sidebar to which every app adds its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse

#: The group without a title, above the others.
TOP = ""
GROUPS = (
    TOP,
    "Orders",
    "Payments",
    "Shipping",
    "Event Log",
    "Customers and Products",
    "Configuration",
    "Advanced Settings",
    "Scheduled Tasks",
    "Event Subscriptions",
    "Access",
    "Plugins",
    "Platform",
)


class Page(NamedTuple):
    group: str
    title: str
    link: str
    permission: str | Callable[[HttpRequest], bool]
    icon: str
    first: bool


_pages: list[Page] = []


def register_page(
    group: str,
    title: str,
    link: str,
    permission: str | Callable[[HttpRequest], bool] = "view",
    icon: str = "",
    first: bool = False,
) -> None:
    """Add a page to the sidebar. `link` is a URL name such as "admin:eventlog_event_changelist"; `permission` is a
    right of the session's membership, "superuser", or a function of the request. Groups come in the order of GROUPS,
    their pages as they were added; a page that is `first` comes before the others."""
    page = Page(group, title, link, permission, icon, first)
    _pages[:] = [known for known in _pages if known[:2] != (group, title)] + [page]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar for this request; pages that the person may not see are left out."""
    shown = sorted((page for page in _pages if _may_see(page, request)), key=lambda page: not page.first)
    titles = sorted({page.group for page in shown}, key=_position)
    return [
        {"title": title, "items": [_item(page) for page in shown if page.group == title]} for title in titles
    ]


def tenant_name(request: HttpRequest) -> str:
    tenant = getattr(request, "tenant", None)
    return tenant.name if tenant else "No tenant chosen"


def tenant_environment(request: HttpRequest) -> list[str] | None:
    """Label and colour of the badge that tells a production tenant from a test tenant on every page."""
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return None
    return [tenant.get_environment_display(), "danger" if tenant.is_production else "info"]


def tenant_choices(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries of the tenant switch; the template posts them."""
    from tenants.middleware import choices

    if not getattr(request.user, "is_staff", False):
        return []
    return [{"title": tenant.name, "link": str(tenant.pk)} for tenant, _ in choices(request.user)]


def icon(request: HttpRequest | None = None) -> str:
    """The address of the icon that browsers show with the page."""
    return static("tenants/icon.svg")


def stylesheet(request: HttpRequest) -> str:
    return static("tenants/admin.css")


def script(request: HttpRequest) -> str:
    return static("tenants/once.js")


def _may_see(page: Page, request: HttpRequest) -> bool:
    if callable(page.permission):
        return page.permission(request)
    if page.permission == "superuser":
        return bool(getattr(request.user, "is_superuser", False))
    return page.permission in getattr(request, "rights", ())


def _item(page: Page) -> dict[str, Any]:
    try:
        link = reverse(page.link)
    except NoReverseMatch:
        link = page.link
    return {"title": page.title, "link": link, "icon": page.icon}


def _position(title: str) -> tuple[int, str]:
    return (GROUPS.index(title) if title in GROUPS else len(GROUPS), title)


register_page(TOP, "Dashboard", "admin:index", lambda request: True, "space_dashboard")

# The skin reads this from the settings and calls the functions named in it with the request.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Crossdock",
    "SITE_HEADER": "Crossdock",
    "SITE_SUBHEADER": "tenants.navigation.tenant_name",
    "SITE_SYMBOL": "swap_horiz",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
    "SITE_URL": None,
    "SITE_DROPDOWN": "tenants.navigation.tenant_choices",
    "DASHBOARD_CALLBACK": "tenants.dashboard.dashboard",
    "ENVIRONMENT": "tenants.navigation.tenant_environment",
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [stylesheet],
    "SCRIPTS": [script],
    "SIDEBAR": {"show_search": False, "navigation": "tenants.navigation.navigation"},
}
