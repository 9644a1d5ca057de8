from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save, pre_delete


class ConnectorsConfig(AppConfig):
    name = "connectors"

    def ready(self) -> None:
        from connectors import checks, client, documents, drafts, ports, publishing, usage  # noqa: F401
        from connectors.models import Connector, EventSubscription
        from connectors.subscriptions import following, outbox
        from eventlog.store import register_listener
        from tenants.models import Market, MarketGroup, Store, Tenant

        client.guard = ports.refuse_open_transaction
        publishing.register(
            documents.KIND,
            Connector,
            documents.connector_document,
            rows=documents.connector_rows,
            parts=documents.PARTS,
            labels=documents.labels(),
            schema_version=documents.SCHEMA_VERSION,
            restore=drafts.write_document,
        )
        usage.connect()
        for model in (Market, MarketGroup, Store):
            pre_delete.connect(
                usage.refuse_deletion, sender=model, dispatch_uid=f"connectors.usage.{model.__name__}"
            )
        post_save.connect(_forget_tenant, sender=Tenant, dispatch_uid="connectors.forget_tenant")
        register_listener(following.is_followed, outbox.follow)
        for signal in (post_save, post_delete):
            signal.connect(
                following.known.forget,
                sender=EventSubscription,
                dispatch_uid=f"connectors.follow.{id(signal)}",
            )


def _forget_tenant(instance: Any, **kwargs: Any) -> None:
    from connectors import runtime

    runtime.forget(instance.pk)
