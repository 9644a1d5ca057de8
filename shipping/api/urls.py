from django.urls import path

from shipping.api.views import OrderShipments, ShipmentLabel

urlpatterns = [
    path("orders/<str:number>/shipments/", OrderShipments.as_view(), name="order-shipments"),
    path(
        "orders/<str:number>/shipments/<str:reference>/label/", ShipmentLabel.as_view(), name="shipment-label"
    ),
]
