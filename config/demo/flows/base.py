"""The form of a flow: how a system is connected, what its simulator holds, what goes through it, what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings

from config.demo.charts import Status
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector
from tenants.models import Tenant
from workflows.models import ScheduledTask


class Flow:
    """Everything is optional. Names of connectors, order types and tasks are the flow's own and unique in the demo."""

    title: ClassVar[str] = ""
    #: What an administrator would not show; the demo's tests look for these everywhere.
    secrets: ClassVar[tuple[str, ...]] = ()

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        """Drafts by their name here, as `connectors.drafts.create_connector` takes them; all are published."""
        return {}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        """Order types by name, published after the connectors."""
        return {}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        """Rows that are not published: tasks, templates, products, stores. In the tenant's scope and one transaction."""

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        """What the simulated systems hold before the hub runs. `webhooks` are the addresses of all connectors by name."""

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        """Have it happen while the demo's orders move, and yield in words whatever is not as it should be.

        What raises TimeoutError, LookupError or requests.RequestException counts as one of these.
        """
        yield from ()


def at_vendor(path: str) -> str:
    """The address of a simulated system."""
    return f"{settings.CROSSDOCK_SANDBOX_URL}/{path}"


def task(
    name: str, kind: str, connector: Connector | None, properties: Mapping[str, Any] | None = None
) -> ScheduledTask:
    """A scheduled task that is due at seven in the morning; `Merchant.run_task` runs it at once."""
    row = ScheduledTask(
        tenant=Tenant.objects.get(),
        name=name,
        type=kind,
        cron="0 7 * * *",
        connector=connector,
        properties=dict(properties or {}),
    )
    row.full_clean()
    row.save()
    return row
