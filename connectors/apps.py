from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class ConnectorsConfig(AppConfig):
    name = "connectors"

    def ready(self) -> None:
        from connectors import client, documents, drafts, ports, publishing
        from connectors.models import Connector
        from tenants.models import Tenant

        client.guard = ports.refuse_open_transaction
        publishing.register(
            documents.KIND,
            Connector,
            documents.connector_document,
            rows=documents.connector_rows,
            schema_version=documents.SCHEMA_VERSION,
            restore=drafts.write_document,
        )
        post_save.connect(_forget_tenant, sender=Tenant, dispatch_uid="connectors.forget_tenant")


def _forget_tenant(instance: Any, **kwargs: Any) -> None:
    from connectors import runtime

    runtime.forget(instance.pk)
