from django.apps import AppConfig


class ShippingConfig(AppConfig):
    name = "shipping"

    def ready(self) -> None:
        from connectors.contracts.shipping import CarrierProvider
        from connectors.webhooks import register_handler
        from shipping import publication, usage, webhooks

        publication.register()
        usage.register()
        register_handler(CarrierProvider, webhooks.take)
