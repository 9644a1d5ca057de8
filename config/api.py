"""Collects each app's `api/urls.py`, so that no app above has to know which ones below have an API."""

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

#: The one that is asked most comes first: Django tries one address after the other.
APPS = ("workflows", "payments", "shipping", "connectors", "eventlog", "tenants")


def urlpatterns() -> list[URLPattern | URLResolver]:
    modules = [f"{name}.api.urls" for name in APPS if apps.is_installed(name) and _exists(name)]
    return [path("", include(module)) for module in modules]


def _exists(name: str) -> bool:
    return find_spec(f"{name}.api") is not None and find_spec(f"{name}.api.urls") is not None
