"""The demo's tenant, configured as an administrator would: drafts first, then published."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from connectors.models import Connector, ConnectorAuthentication, ConnectorProperty
from connectors.publishing import publish
from payments.models import PaymentMethod
from tenants.models import ApiKey, Market, MarketGroup, Membership, Secret, Store, Tenant
from tenants.scoping import tenant_scope
from workflows.models import OrderStatus, OrderType, Product, WorkflowStep

USER, PASSWORD = "admin", "crossdock-demo"

STRIPE_TOKEN, STRIPE_WEBHOOK_SECRET = "sk_test_nordicOutdoor4f2a9c71d0", "whsec_nordicOutdoor81b6f0aa42"
#: Signing secrets by what the simulated receivers are called.
SIGNING_SECRETS = {
    "erp": "whsec_bm9yZGljLW91dGRvb3ItZXJwLXNlY3JldA==",
    "mail": "whsec_bm9yZGljLW91dGRvb3ItbWFpbC1rZXktMDE=",
}

_MARKETS = (
    ("NOR", "Norway", "NOK", "NO", "nb"),
    ("SWE", "Sweden", "SEK", "SE", "sv"),
    ("DNK", "Denmark", "DKK", "DK", "da"),
)

#: Statuses with the statuses that may follow and their steps: (name, Connector, ConnectorId, StopOnError, properties).
_CHART: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, str, str, bool, dict[str, Any]], ...]], ...] = (
    (
        "New",
        ("InProgress", "OrderCanceled"),
        (("AuthorizePayment", "", "", True, {}), ("Notification", "Webhook", "mail", False, {})),
    ),
    (
        "InProgress",
        ("Ship", "OrderCanceled"),
        (("ExportOrder", "Webhook", "erp", True, {}),),
    ),
    (
        "Ship",
        ("Completed",),
        (
            ("CapturePayments", "", "", True, {}),
            ("ExportOrder", "Webhook", "erp", False, {}),
            ("Notification", "Webhook", "mail", False, {}),
        ),
    ),
    ("Completed", (), (("Notification", "Webhook", "mail", False, {}),)),
    (
        "OrderCanceled",
        (),
        (("CancelPayments", "", "", False, {}), ("Notification", "Webhook", "mail", False, {})),
    ),
)


def seed() -> str:
    """Create everything in one transaction and publish it; returns the merchant's API key, which is shown only now."""
    with transaction.atomic():
        user = get_user_model().objects.create_superuser(USER, "admin@crossdock.example", PASSWORD)
        tenant = Tenant.objects.create(slug="nordic-outdoor", name="Nordic Outdoor", environment="test")
        Membership.objects.create(user=user, tenant=tenant, role="tenant_admin")
        with tenant_scope(tenant):
            _markets(tenant)
            _products()
            _publish([_stripe(tenant), *_webhooks(tenant)], user)
            _publish([_payment_method()], user)
            _publish([_order_type()], user)
            _, plain = ApiKey.issue(tenant, "Web shop", ["*"], created_by=user)
    return plain


def _publish(drafts: list[Any], user: Any) -> None:
    for draft in drafts:
        publish(draft, user=user, comment="First version")


def _markets(tenant: Tenant) -> None:
    nordics = MarketGroup.objects.create(code="NORDICS", name="Nordics")
    for code, name, currency, country, language in _MARKETS:
        market = Market.objects.create(
            code=code, name=name, currency=currency, country=country, language=language
        )
        market.groups.add(nordics)
    Store.objects.create(code="OSL", name="Oslo warehouse", is_warehouse=True, country="NO")


def _products() -> None:
    Product.objects.create(sku="TENT-2", name="Tent for two", tax_rate="25")
    Product.objects.create(sku="STOVE-1", name="Stove", tax_rate="25")


def _stripe(tenant: Tenant) -> Connector:
    connector = Connector.objects.create(name="Stripe", display_name="Stripe", type="stripe", is_test=True)
    token = Secret.store(tenant, STRIPE_TOKEN, "Stripe API Token")
    ConnectorAuthentication.objects.create(connector=connector, bearer_token=token)
    _secret_property(connector, "WebhookSecret", STRIPE_WEBHOOK_SECRET, tenant)
    return connector


def _webhooks(tenant: Tenant) -> list[Connector]:
    """Two connectors of one name, told apart by their Connector ID."""
    erp = Connector.objects.create(
        name="Webhook", display_name="ERP", type="webhook", connector_id="erp", is_test=True
    )
    _property(erp, "Url", f"{settings.CROSSDOCK_SANDBOX_URL}/webhook/erp/{{status}}")
    _secret_property(erp, "SigningSecret", SIGNING_SECRETS["erp"], tenant)
    mail = Connector.objects.create(
        name="Webhook", display_name="Mail service", type="webhook", connector_id="mail", is_test=True
    )
    _property(mail, "Url", f"{settings.CROSSDOCK_SANDBOX_URL}/webhook/mail")
    _secret_property(mail, "SigningSecret", SIGNING_SECRETS["mail"], tenant)
    return [erp, mail]


def _property(connector: Connector, key: str, value: str) -> None:
    ConnectorProperty.objects.create(connector=connector, key=key, value=value)


def _secret_property(connector: Connector, key: str, value: str, tenant: Tenant) -> None:
    secret = Secret.store(tenant, value, f"{connector} {key}")
    ConnectorProperty.objects.create(connector=connector, key=key, is_secret=True, secret=secret)


def _payment_method() -> PaymentMethod:
    connector = Connector.objects.get(type="stripe")
    return PaymentMethod.objects.create(name="Stripe", payment_method_name="Card", connector=connector)


def _order_type() -> OrderType:
    order_type = OrderType.objects.create(name="Online", is_default=True)
    for position, (name, following, steps) in enumerate(_CHART, start=1):
        status = OrderStatus.objects.create(
            order_type=order_type,
            name=name,
            position=position,
            allowed_next=list(following),
            is_canceled=name == "OrderCanceled",
            is_completed=name == "Completed",
        )
        for place, (step, connector, connector_id, stop, properties) in enumerate(steps, start=1):
            WorkflowStep.objects.create(
                status=status,
                position=place,
                name=step,
                connector=connector,
                connector_id=connector_id,
                stop_on_error=stop,
                properties=properties,
            )
    return order_type
