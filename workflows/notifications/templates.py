"""The tenant's templates as they are now: saved is in force."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contracts.common import OrderDocument
from tenants.models import Market
from workflows.models import NotificationTemplate
from workflows.notifications.choosing import Asked, Choice, Rule, choose

_PLAIN = ("name", "is_active", "channel", "statuses", "order_type", "language")


def rules() -> list[Rule]:
    """When each template of the tenant in scope is used; one statement, without their texts."""
    markets: dict[str, list[str]] = {}
    found: dict[str, Rule] = {}
    rows = NotificationTemplate.objects.order_by("name", "markets__code")
    for *plain, market in rows.values_list(*_PLAIN, "markets__code"):
        name, active, channel, statuses, order_type, language = plain
        markets.setdefault(name, []).extend([market] if market else [])
        found[name] = Rule(
            name=name,
            active=active,
            channel=channel,
            statuses=tuple(statuses),
            order_type=order_type,
            markets=tuple(markets[name]),
            language=language,
        )
    return list(found.values())


def choose_for(known: Sequence[Rule], order: OrderDocument, channel: str, name: str = "") -> Choice:
    """The template for an order in its status. Raises UnknownTemplate and TemplateTie."""
    needs_language = any(rule.language for rule in known) and not name
    asked = Asked(
        order_type=order.order_type,
        status=order.status,
        market=order.market,
        language=_language(order.market) if needs_language else "",
        channel=channel,
        name=name,
    )
    return choose(known, asked)


def _language(market: str) -> str:
    return Market.objects.filter(code=market).values_list("language", flat=True).first() or ""
