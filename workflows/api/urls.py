from django.urls import path
from rest_framework.routers import SimpleRouter

from workflows.api.actions import OrderActionViewSet
from workflows.api.checkout import CartValidation
from workflows.api.configuration import ConfigResolutionViewSet, OrderTypeConfiguration
from workflows.api.customers import CustomerViewSet
from workflows.api.inbound import InboundDeliveryViewSet
from workflows.api.inventory import InventoryViewSet
from workflows.api.loyalty import MemberLoyalty
from workflows.api.markets import MarketViewSet
from workflows.api.one_order import NUMBER_PATTERN
from workflows.api.order_errors import OrderErrorViewSet
from workflows.api.orders import OrderViewSet
from workflows.api.products import ProductViewSet
from workflows.api.resolution import ResolutionViewSet
from workflows.api.runs import OrderRunViewSet, RunViewSet
from workflows.api.scheduled_tasks import ScheduledTaskViewSet
from workflows.api.sync_items import SyncItemViewSet

_ORDER = rf"orders/(?P<number>{NUMBER_PATTERN})"

router = SimpleRouter()
router.register("orders", OrderViewSet, basename="order")
router.register(rf"{_ORDER}/runs", OrderRunViewSet, basename="order-run")
router.register(rf"{_ORDER}/errors", OrderErrorViewSet, basename="order-error")
router.register(rf"{_ORDER}/actions", OrderActionViewSet, basename="order-action")
router.register("runs", RunViewSet, basename="run")
router.register("customers", CustomerViewSet, basename="customer")
router.register("products", ProductViewSet, basename="product")
router.register("inventory", InventoryViewSet, basename="inventory")
router.register("inbound-deliveries", InboundDeliveryViewSet, basename="inbound-delivery")
router.register("resolution", ResolutionViewSet, basename="resolution")
router.register("scheduled-tasks", ScheduledTaskViewSet, basename="scheduled-task")
router.register("sync-items", SyncItemViewSet, basename="sync-item")
router.register("markets", MarketViewSet, basename="market")
router.register("config/order-types", OrderTypeConfiguration, basename="config-order-type")
router.register("config/resolution", ConfigResolutionViewSet, basename="config-resolution")

urlpatterns = [
    *router.urls,
    path("checkout/validate/", CartValidation.as_view(), name="checkout-validate"),
    path("checkout/loyalty/", MemberLoyalty.as_view(), name="checkout-loyalty"),
]
