from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = "Orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connectors.contracts.notification import Notifier
        from connectors.webhooks import register_handler
        from workflows import publication, usage
        from workflows.notifications import deliveries

        publication.connect()
        usage.connect()
        register_handler(Notifier, deliveries.take)
