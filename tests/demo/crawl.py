"""Reads every page of the admin and every list of the API on a demo's database, as `python -m tests.demo.crawl DIRECTORY`.

Runs in a process of its own, whose DATABASE_URL names that database, and leaves what it read as files in DIRECTORY.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from tenants.models import ApiKey, Tenant  # noqa: E402
from tenants.scoping import platform_scope, tenant_scope  # noqa: E402

API = ["orders/", "customers/", "products/", "inventory/", "markets/", "runs/"]


def pages(client: Client) -> Iterator[tuple[str, bytes]]:
    yield "index", read(client, reverse("admin:index"))
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        listed = read(client, reverse(f"admin:{name}_changelist"))
        yield name, listed
        with platform_scope("the crawler reads every row"):
            keys = list(model._default_manager.values_list("pk", flat=True)[:3])
        for key in keys:
            for view in ("change", "history"):
                yield f"{name}_{view}_{key}", read(client, reverse(f"admin:{name}_{view}", args=[key]))


def read(client: Client, url: str) -> bytes:
    answer = client.get(url, follow=True)
    if answer.status_code >= 500:
        raise SystemExit(f"{url} answered {answer.status_code}")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def api() -> Iterator[tuple[str, bytes]]:
    tenant = Tenant.objects.get()
    with tenant_scope(tenant):
        _, key = ApiKey.issue(tenant, "crawler", ["*"])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    orders = read(client, "/api/v1/orders/")
    for number in sorted(set(re.findall(rb'"number":\s*"((?:D|NO|SE)-\d+)"', orders))):
        for part in ("", "runs/", "errors/", "payments/", "shipments/"):
            path = f"/api/v1/orders/{number.decode()}/{part}"
            yield path.strip("/").replace("/", "_"), read(client, path)
    for path in API:
        yield "api_" + path.strip("/"), read(client, f"/api/v1/{path}")


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    client = Client()
    client.force_login(get_user_model().objects.get(is_superuser=True))
    for name, content in (*pages(client), *api()):
        (directory / f"{name}.txt").write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
