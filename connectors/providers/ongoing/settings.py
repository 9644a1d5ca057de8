"""What an administrator fills in, and which of a goods owner's systems that names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.contracts.warehouse import WarehouseState
from connectors.errors import Misconfigured
from connectors.schema import Boolean, Choice, Date, Group, Integer, Secret, Settings, Text, Url

#: Ongoing's own system for trying things out.
_DEMO = "apidemo"


class Between(Integer):
    def __init__(self, label: str, least: int, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most

    def convert(self, raw: Any) -> int:
        number = super().convert(raw)
        if not self.least <= number <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return number


class ApiUser(Text):
    """Logins of people do not open the API."""

    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        if not text.upper().startswith("WSI"):
            raise ValueError(
                "must be the name of an API user, which begins with WSI; the warehouse issues it"
            )
        return text


class States(Group):
    """The warehouse's status numbers, each with what it means."""

    def convert(self, raw: Any) -> dict[str, WarehouseState]:
        return dict(map(_state, super().convert(raw).items()))


class Warehouses(Group):
    """Codes of our stores, each with Ongoing's id of that warehouse."""

    def convert(self, raw: Any) -> dict[str, int]:
        found = {str(code): _number(value, code) for code, value in super().convert(raw).items()}
        if len(set(found.values())) < len(found):
            raise ValueError("names one warehouse for two stores; each needs a warehouse of its own")
        return found


class Numbers(Text):
    """Status numbers with commas between them."""

    def convert(self, raw: Any) -> str:
        return ",".join(str(_number(part, "a status")) for part in super().convert(raw).split(","))


class OngoingSettings(Settings):
    host = Url("Host", column="host", help="Address of the API, such as https://api.ongoingsystems.se/name.")
    is_test = Boolean("Is Test", column="is_test", required=False, default=False)
    username = ApiUser("Username", column="username", help="Of the API user; begins with WSI.")
    password = Secret("Password", column="password")
    goods_owner_id = Between("GoodsOwnerId", 1, 2**31 - 1, help="The merchant's number at the warehouse.")
    webhook_token = Secret(
        "WebhookToken", required=False, help="What the warehouse's webhooks carry in the header X-Auth-Token."
    )
    warehouses = Warehouses(
        "Warehouses",
        group="OngoingWarehouses",
        help="Our store (Key) to Ongoing's warehouse id.",
    )
    number_prefix = Text(
        "NumberPrefix",
        required=False,
        default="",
        help="Goes before numbers of orders and deliveries; for several shops with one goods owner.",
    )
    delivery_days = Between(
        "DeliveryDays", 0, 365, required=False, default=0, help="Delivery date: days after the order's day."
    )
    order_type = Text("OrderType", required=False, default="", help="Code of the order type there.")
    ways_of_delivery = Group(
        "Ways of delivery",
        group="OngoingWaysOfDelivery",
        help="Shipment option or shipping method (Key) to the code of the way of delivery.",
    )
    transporters = Group(
        "Transporters",
        group="OngoingTransporters",
        help="Shipment option or shipping method (Key) to transporter code, or transporter/service.",
    )
    notify_by_email = Boolean("NotifyByEmail", required=False, default=False, help="The carrier may e-mail.")
    notify_by_sms = Boolean("NotifyBySms", required=False, default=False, help="The carrier may send texts.")
    statuses = States(
        "Statuses",
        group="OngoingStatuses",
        help=f"Status number (Key) to one of {', '.join(state.value for state in WarehouseState)}.",
    )
    closed_inbound = Numbers(
        "ClosedInboundStatuses",
        key="ClosedInboundStatuses",
        required=False,
        default="500,900",
        help="Statuses of deliveries of which no more is expected.",
    )
    stock_figure = Choice(
        "StockFigure",
        choices=("sellable", "physical"),
        default="sellable",
        help="sellable: what is not promised to orders there; physical: all that is in the house.",
    )
    import_from = Date(
        "ImportFrom", required=False, help="The first import takes what changed since this day, else all."
    )
    page_size = Between(
        "PageSize", 1, 1000, required=False, default=100, help="Records on one page of what is read."
    )


def api_url(values: Any) -> str:
    """The base of all requests. Raises Misconfigured where Host names no warehouse, or a test system is not marked."""
    host: str = values.host.removesuffix("/api/v1").removesuffix("/api").rstrip("/")
    name = urlsplit(host).path.strip("/")
    if not name:
        raise Misconfigured(
            f"Host {host} names no warehouse; add the name from the warehouse's login address, as in {host}/name"
        )
    if name.lower() == _DEMO and not values.is_test:
        raise Misconfigured(f"Host ends in {_DEMO}, which is Ongoing's test system; tick Is Test")
    return host


def _state(item: tuple[Any, Any]) -> tuple[str, WarehouseState]:
    number, word = item
    try:
        return str(_number(number, "a status")), WarehouseState(str(word).strip().lower())
    except ValueError:
        known = ", ".join(state.value for state in WarehouseState)
        raise ValueError(
            f"has {number} = {word}; the Key is a status number, the value one of {known}"
        ) from None


def _number(value: Any, what: Any) -> int:
    text = str(value).strip()
    if not text.isdecimal() or len(text) > 9:
        raise ValueError(f"has {text[:40]!r} for {what}, where a whole number is needed")
    return int(text)


def by_name(group: Mapping[str, Any], names: list[str]) -> str:
    """What the group holds for the first of the names that it has, compared without case."""
    lower = {key.lower(): str(value) for key, value in group.items()}
    return next((lower[name.lower()] for name in names if name.lower() in lower), "")
