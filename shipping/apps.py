from django.apps import AppConfig


class ShippingConfig(AppConfig):
    """Room for shipping providers, shipments and labels; nothing of them exists yet."""

    name = "shipping"
