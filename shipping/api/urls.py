from django.urls import path
from rest_framework.routers import SimpleRouter

from shipping.api.checkout import PickupPoints, ShippingOptions
from shipping.api.configuration import ShippingProviderConfiguration
from shipping.api.printing import ClaimLabels, EndPrintJob, PrintLabel, PrintQueue
from shipping.api.views import OrderShipments, ShipmentLabel, ShipmentViewSet

_SHIPMENT = "orders/<str:number>/shipments/<str:reference>/"

router = SimpleRouter()
router.register("shipments", ShipmentViewSet, basename="shipment")
router.register(
    "config/shipping-providers", ShippingProviderConfiguration, basename="config-shipping-provider"
)

urlpatterns = [
    *router.urls,
    path("orders/<str:number>/shipments/", OrderShipments.as_view(), name="order-shipments"),
    path(f"{_SHIPMENT}label/", ShipmentLabel.as_view(), name="shipment-label"),
    path(f"{_SHIPMENT}print/", PrintLabel.as_view(), name="shipment-print"),
    path("checkout/shipping-options/", ShippingOptions.as_view(), name="checkout-shipping-options"),
    path("checkout/pickup-points/", PickupPoints.as_view(), name="checkout-pickup-points"),
    path("print-queues/<str:store>/", PrintQueue.as_view(), name="print-queue"),
    path("print-queues/<str:store>/claim/", ClaimLabels.as_view(), name="print-queue-claim"),
    path("print-jobs/<int:id>/result/", EndPrintJob.as_view(), name="print-job-result"),
]
