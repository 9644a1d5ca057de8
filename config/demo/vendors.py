"""The simulated vendors' side of the demo: what they hold and whom they tell before it begins, what they did after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.demo.ground import PRODUCTS
from config.demo.scenario import Story
from config.demo.systems import (
    ADYEN_HMAC_KEY,
    BUSINESS_CENTRAL_SECRETS,
    PAYPAL_WEBHOOK_ID,
    SENDGRID_SIGNING_KEY,
    SHOPS,
    SIGNING_SECRETS,
    VIPPS_MSN,
    VIPPS_WEBHOOK_SECRET,
)

#: Pieces of every article in each company of Business Central.
STOCK = 40

_TIMEOUT_S = 10.0


class Vendors:
    """`url` is the sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def prepare(self, plot: Sequence[Story], webhooks: Mapping[str, str]) -> None:
        """Before the hub runs: stock, signing secrets, webhook addresses, what shall go wrong, and what a shop has sold."""
        for name, secret in SIGNING_SECRETS.items():
            self._post("webhook/secrets", {"name": name, "secrets": [secret]})
        self._post("sendgrid/webhook", {"url": webhooks["sendgrid"], "private_key": _pem()})
        self._payments(webhooks)
        for company in BUSINESS_CENTRAL_SECRETS:
            items = [{"number": sku, "inventory": STOCK} for sku in PRODUCTS]
            self._post("dynamics365/items", {"tenant": company, "items": items})
        shop, _, secret = SHOPS["shopify-sweden"]
        self._post(
            f"shopify/shops/{shop}/webhooks",
            {"url": webhooks["shopify-sweden"], "secret": secret, "times": 2},
        )
        for story in plot:
            if story.fault:
                self._post("faults", story.fault)
            if story.shop == "shopify-norway":
                self.sell(story)

    def with_token(self, story: Story) -> Story:
        """PayPal's button has made the order there before the shop places its own."""
        if story.method != "PayPal":
            return story
        currency = {"NOR": "NOK", "SWE": "SEK", "DNK": "DKK"}[story.market]
        made = self._post("paypal/button", {"amount": story.amount, "currency": currency})
        return replace(story, token=made["id"])

    def approve_in_app(self, reference: str) -> None:
        """The shopper approves the payment in Vipps' app."""
        self._post(f"vipps/pay/{reference}", {"outcome": "approve"})

    def pay_on_page(self, url: str) -> None:
        """The shopper pays on the provider's page, which then leads back to the shop."""
        with requests.Session() as session:
            session.trust_env = False
            session.post(url, json={}, timeout=_TIMEOUT_S, allow_redirects=False).raise_for_status()

    def choose_delivery(self, session: str, product: str) -> None:
        """The shopper chooses in Ingrid's widget."""
        self._post("ingrid/choose", {"session": session, "product": product})

    def deliver(self, carrier: str, reference: str) -> None:
        """The carrier takes a shipment all the way."""
        self._post(f"{carrier}/advance", {"number": reference, "steps": 9})

    def sell(self, story: Story) -> None:
        """A shopper orders in the story's shop at Shopify."""
        self._post(f"shopify/shops/{SHOPS[story.shop][0]}/orders", story.shop_order())

    def figures(self) -> dict[str, Any]:
        """`providers` counts the calls that each vendor answered with success."""
        calls = self._get("calls")["calls"]
        fine = Counter(call["vendor"] for call in calls if 200 <= (call["status"] or 0) < 400)
        return {
            "calls": len(calls),
            "effects": len(self._get("ledger")["entries"]),
            "double_effects": len(self._get("ledger/doubles")["doubles"]),
            "providers": dict(sorted(fine.items())),
        }

    def tell(self, path: str, body: Mapping[str, Any]) -> Any:
        """Have something happen at a simulated system, such as "shopify/shops/x/orders"."""
        return self._post(path, body)

    def look(self, path: str) -> Any:
        """GET at the sandbox: "_/ledger", or an address of a simulated system."""
        return self._ask("GET", path).json()

    def _payments(self, webhooks: Mapping[str, str]) -> None:
        self._post(
            "vipps/webhook",
            {"msn": VIPPS_MSN, "url": webhooks["vipps"], "secret": VIPPS_WEBHOOK_SECRET},
        )
        self._post("adyen/account", {"multiple_captures": True})
        self._post("adyen/webhook", {"url": webhooks["adyen"], "hmac_key": ADYEN_HMAC_KEY})
        self._post("paypal/webhook", {"url": webhooks["paypal"], "id": PAYPAL_WEBHOOK_ID})

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", f"_/{path}", json=body).json()

    def _get(self, path: str) -> Any:
        return self.look(f"_/{path}")

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self.url}/{path}", timeout=_TIMEOUT_S, **options)
            answer.raise_for_status()
            return answer


def _pem() -> str:
    return SENDGRID_SIGNING_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
