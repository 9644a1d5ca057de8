"""A vendor of mail that tells what became of each: an implementation of these tests alone."""

from connectors.contracts.base import Category
from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import Message, Notifier, Sent
from connectors.schema import Secret, Settings
from connectors.signing import HmacSha256

KEY = "mailer-key-0123456789"


class Mailer(Notifier):
    slug, label, category = "mailer", "Mailer", Category.OTHER
    names = ("Mailer",)

    class settings(Settings):
        webhook_key = Secret("Webhook key", key="WebhookKey")

    webhook = HmacSha256(header="X-Mailer-Signature", key="webhook_key")

    def send_message(self, message: Message) -> Sent:
        answer = self.post("/send", {"to": message.to, "subject": message.subject, "tag": message.reference})
        return Sent(message_id=answer["id"])

    def read_webhook(self, inbound):
        return [
            WebhookEvent(
                id=item["id"],
                type=item["event"],
                provider_id=item.get("mail", ""),
                reference=item.get("tag", ""),
                data={
                    "state": item["state"],
                    "recipient": item.get("to", ""),
                    "reason": item.get("reason", ""),
                },
            )
            for item in inbound.json()
        ]
