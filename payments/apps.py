from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from connectors.contracts.payment import PaymentProvider
        from connectors.webhooks import register_handler
        from payments import publication, usage, webhooks

        publication.register()
        usage.register()
        register_handler(PaymentProvider, webhooks.take)
