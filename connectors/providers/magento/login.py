"""The address that the settings name, and the three ways to log in."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from connectors.auth import Auth, Bearer, Token, needed
from connectors.contracts.base import Answer, BadAnswer, Request
from connectors.errors import Misconfigured, RetryLater
from connectors.oauth1 import OAuth1
from connectors.providers.magento.settings import WAYS, MagentoSettings
from tenants.secret_value import SecretValue

ADMIN_TOKEN_LIFE = timedelta(hours=4)
_CLOUD = ".api.commerce.adobe.com"


def api_url(values: Any) -> str:
    """The base of all requests: …/rest/<store view>. Raises Misconfigured where a setting is missing."""
    _check_login(values)
    if values.is_shipment_method_in_klarna_extensions and not values.klarna_shipping_attribute:
        raise Misconfigured(
            "IsShipmentMethodInKlarnaExtensions is true, so the property KlarnaShippingAttribute has to name the extension"
            " attribute of orders that holds the method; Magento's answer to an order shows them"
        )
    host: str = values.host
    place = urlsplit(host)
    if (place.hostname or "").endswith(_CLOUD):
        raise Misconfigured(
            "Host is Adobe Commerce as a Cloud Service, which logs in by Adobe IMS; only shops that run Magento or Adobe"
            " Commerce 2.4 themselves are supported"
        )
    base, found, rest = f"{host}/".partition("/rest/")
    store = rest.strip("/").removesuffix("V1").strip("/") if found else ""
    if "/" in store:
        raise Misconfigured(
            "Host goes on after /rest/…; enter only the shop's address, such as https://shop.example"
        )
    return f"{base.rstrip('/')}/rest/{store or values.store_view}"


def _check_login(values: Any) -> None:
    missing = [
        MagentoSettings.fields()[name].label
        for name in WAYS[values.authentication]
        if not getattr(values, name)
    ]
    if missing:
        others = " or ".join(way for way in WAYS if way != values.authentication)
        raise Misconfigured(
            f"Authentication is {values.authentication}, which needs {', '.join(missing)}; fill that in, or set the"
            f" property Authentication to {others}"
        )


@dataclass(frozen=True, slots=True)
class MagentoAuth(Auth):
    """By the setting `authentication`. An admin's token is fetched anew before its life is over."""

    signed = OAuth1("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    bearer = Bearer("access_token")

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        if values.authentication == "Bearer":
            self.bearer.apply(headers, values, token)
        elif token is not None:
            headers["Authorization"] = f"Bearer {token.access.reveal()}"

    def sign(
        self, headers: MutableMapping[str, str], values: Any, token: Token | None, *, method: str, url: str
    ) -> None:
        if values.authentication == "OAuth":
            self.signed.sign(headers, values, token, method=method, url=url)

    def token_request(self, config: Any) -> Request | None:
        values = config.values
        if values.authentication != "Admin":
            return None
        login = {"username": needed(values, "username"), "password": needed(values, "password")}
        return Request(method="POST", path="/V1/integration/admin/token", json=login, authenticated=False)

    def read_token(self, answer: Answer, now: datetime) -> Token:
        """The answer is nothing but the token, as a JSON string. It lives for four hours unless the shop says otherwise:
        one that is over before is found out by a 401."""
        try:
            text = answer.json()
        except BadAnswer:
            text = None
        if not isinstance(text, str) or not text:
            raise RetryLater("The shop's answer holds no admin token", status=answer.status)
        return Token(access=SecretValue(text), obtained_at=now, expires_at=now + ADMIN_TOKEN_LIFE)
