"""Notification templates and messages. Nothing here needs a scope."""

import factory
from factory.django import DjangoModelFactory

from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.tenants import TenantFactory
from tests.factories.workflows import OrderFactory
from workflows.models import NotificationTemplate, ReceivedMail, SentMessage


class NotificationTemplateFactory(DjangoModelFactory):
    """A mail for the status New; `markets` are Market rows."""

    class Meta:
        model = NotificationTemplate
        skip_postgeneration_save = True

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Template {n}")
    statuses = ["New"]
    subject = "Order {number}"
    text = "Hello {customer.first_name}"

    @factory.post_generation
    def markets(self, create, extracted, **kwargs):
        with tenant_scope(self.tenant):
            self.markets.set(extracted or [])


class SentMessageFactory(DjangoModelFactory):
    """A mail that its vendor has taken over."""

    class Meta:
        model = SentMessage

    tenant = factory.SubFactory(TenantFactory)
    order = factory.SubFactory(OrderFactory, tenant=factory.SelfAttribute("..tenant"))
    connector = factory.LazyAttribute(lambda message: make_connector(message.tenant))
    template_name = "Order received"
    recipient = "kari@buyer.example"
    subject = "Order received"
    reference = factory.Sequence(lambda n: f"T-{n}")
    provider_message_id = factory.Sequence(lambda n: f"msg-{n}")
    state = "sent"


class ReceivedMailFactory(DjangoModelFactory):
    """What a customer has written about an order."""

    class Meta:
        model = ReceivedMail

    tenant = factory.SubFactory(TenantFactory)
    order = factory.SubFactory(OrderFactory, tenant=factory.SelfAttribute("..tenant"))
    connector = factory.LazyAttribute(lambda mail: make_connector(mail.tenant))
    message_id = factory.Sequence(lambda n: f"<mail-{n}@buyer.example>")
    sender = "kari@buyer.example"
    subject = "Where is my order?"
    text = "It has not come."
    is_customers = True
