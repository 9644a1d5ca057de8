from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = "Orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connectors import consent_care
        from connectors.contracts.base import Provider
        from connectors.contracts.ecommerce import OrderSource
        from connectors.contracts.notification import Notifier
        from connectors.references import register_references
        from connectors.subscriptions.orders import register_orders
        from connectors.webhooks import register_handler
        from workflows import checks as checks
        from workflows import event_orders, publication, usage
        from workflows.checkout import loyalty, validators
        from workflows.engine.chores import register_chore
        from workflows.imports.again import take_webhook
        from workflows.imports.waking import wake
        from workflows.notifications import deliveries

        publication.connect()
        usage.connect()
        register_references(usage.of_scheduled_tasks)
        register_references(usage.of_templates)
        register_references(validators.uses)
        register_references(loyalty.uses)
        register_orders(event_orders.facts, event_orders.documents)
        register_handler(Notifier, deliveries.take)
        register_handler(OrderSource, take_webhook)
        register_handler(Provider, wake)
        register_chore("connectors.consent_care.look_after_due", consent_care.is_due)
