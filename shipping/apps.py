from django.apps import AppConfig


class ShippingConfig(AppConfig):
    name = "shipping"

    def ready(self) -> None:
        from connectors.contracts.shipping import CarrierProvider
        from connectors.webhooks import register_handler
        from shipping import publication, usage, webhooks
        from shipping.attaching import labels
        from shipping.models import ShipmentOption
        from workflows.codes import register_codes
        from workflows.notifications.attaching import register_labels

        publication.register()
        usage.register()
        register_handler(CarrierProvider, webhooks.take)
        register_labels(labels)
        register_codes(
            "shipment_options", lambda: ShipmentOption.objects.values_list("name", flat=True).order_by()
        )
