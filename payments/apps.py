from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from connectors.contracts.payment import PaymentProvider
        from connectors.webhooks import register_handler
        from payments import publication, usage, webhooks
        from payments.checkout import lost
        from workflows.engine.chores import register_chore

        publication.register()
        usage.register()
        register_handler(PaymentProvider, webhooks.take)
        register_chore("payments.checkout.lost.settle_due", lost.is_due)
