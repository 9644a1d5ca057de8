from connectors.models.connector import Connector
from connectors.models.effect import Effect
from connectors.models.inbound import InboundWebhook
from connectors.models.publication import Publication, Publishable
from connectors.models.rows import (
    ConnectorAuthentication,
    ConnectorFieldMapping,
    ConnectorHeader,
    ConnectorMarkets,
    ConnectorProperty,
)
from connectors.models.subscription import (
    DeliveryAttempt,
    EventDelivery,
    EventSubscription,
    EventSubscriptionHeader,
)
from connectors.models.token import ConsentRequest, OAuthToken
from connectors.models.traffic import ConnectorStanding, ConnectorTraffic

__all__ = [
    "Connector",
    "ConnectorAuthentication",
    "ConnectorFieldMapping",
    "ConnectorHeader",
    "ConnectorMarkets",
    "ConnectorProperty",
    "ConnectorStanding",
    "ConnectorTraffic",
    "ConsentRequest",
    "DeliveryAttempt",
    "Effect",
    "EventDelivery",
    "EventSubscription",
    "EventSubscriptionHeader",
    "InboundWebhook",
    "OAuthToken",
    "Publication",
    "Publishable",
]
