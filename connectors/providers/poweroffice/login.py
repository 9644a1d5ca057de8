"""The login: one request to the login server beside the API, with all three keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.auth import ClientCredentials
from connectors.contracts.base import Request

VERSION = "/v2"


class GoLogin(ClientCredentials):
    """The login server is on the API's host, in the same environment, beside the version of the API."""

    def token_request(self, config: Any) -> Request:
        environment = str(config.host).removesuffix(VERSION)
        return replace(super().token_request(config), path=f"{environment}/OAuth/Token")


LOGIN = GoLogin(
    "/OAuth/Token",
    id="application_key",
    secret="client_key",  # noqa: S106 - the name of a setting
    style="basic",
    headers={"Ocp-Apim-Subscription-Key": "subscription_key"},
)
