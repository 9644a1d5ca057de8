"""An implementation that these tests can rely on, whatever vendors are installed."""

from connectors.auth import Bearer
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentProvider
from connectors.schema import Boolean, Date, Secret, Settings, Text
from connectors.signing import HmacSha256


class Acme(PaymentProvider):
    slug = "acme"
    label = "Acme Pay"
    names = ("Acme", "AcmePay")
    aliases = ("Acme Payments",)
    hosts = {"live": "https://api.acme.example", "test": "https://sandbox.acme.example"}
    store_property = "OrderPrimaryStore"
    check = ("GET", "/ping")
    timeout_ms = 7_000

    class settings(Settings):
        api_token = Secret("API Token", column="bearer_token")
        merchant_id = Text("Merchant ID", column="merchant_id", required=False)
        webhook_key = Secret("Webhook key", key="WebhookKey", required=False)
        pre_paid = Boolean("Pre-paid", required=False, default=False)
        since = Date("Since", required=False)

    auth = Bearer("api_token")
    webhook = HmacSha256(header="X-Acme-Signature", key="webhook_key")

    def read_webhook(self, inbound):
        import json

        document = json.loads(inbound.body)
        return [
            WebhookEvent(id=item["id"], type=item["type"], provider_id=item.get("payment", ""), data=item)
            for item in document["events"]
        ]
