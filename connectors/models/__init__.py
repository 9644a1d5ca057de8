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
from connectors.models.token import OAuthToken

__all__ = [
    "Connector",
    "ConnectorAuthentication",
    "ConnectorFieldMapping",
    "ConnectorHeader",
    "ConnectorMarkets",
    "ConnectorProperty",
    "Effect",
    "InboundWebhook",
    "OAuthToken",
    "Publication",
    "Publishable",
]
