from rest_framework.routers import SimpleRouter

from connectors.api.configuration import ConnectorConfiguration
from connectors.api.deliveries import EventDeliveryViewSet
from connectors.api.subscriptions import EventSubscriptionViewSet

router = SimpleRouter()
router.register("event-subscriptions", EventSubscriptionViewSet, basename="event-subscription")
router.register("event-deliveries", EventDeliveryViewSet, basename="event-delivery")
router.register("config/connectors", ConnectorConfiguration, basename="config-connector")

urlpatterns = router.urls
