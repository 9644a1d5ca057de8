from rest_framework.routers import SimpleRouter

from connectors.api.deliveries import EventDeliveryViewSet
from connectors.api.subscriptions import EventSubscriptionViewSet

router = SimpleRouter()
router.register("event-subscriptions", EventSubscriptionViewSet, basename="event-subscription")
router.register("event-deliveries", EventDeliveryViewSet, basename="event-delivery")

urlpatterns = router.urls
