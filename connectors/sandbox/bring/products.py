"""The products that the simulated Bring sells, with made-up prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """Prices without tax in the sender's currency; weights in grams for one package; `days` are working days."""

    code: str
    name: str
    text: str
    start: Decimal
    per_kg: Decimal
    heaviest: int
    days: int
    domestic: bool
    to_pickup_point: bool = False

    def serves(self, origin: str, target: str) -> bool:
        """Norway's own products go from Norway to Norway, the others anywhere in the North."""
        return (origin, target) == ("NO", "NO") if self.domestic else {origin, target} <= NORTH

    def price(self, grams: int) -> Decimal:
        return self.start + self.per_kg * Decimal(grams) / 1000


NORTH = {"NO", "SE", "DK", "FI"}
CURRENCIES = {"NO": "NOK", "SE": "SEK", "DK": "DKK", "FI": "EUR"}

_PRODUCTS = (
    Product("5800", "Pickup parcel", "To a pickup point", Decimal(95), Decimal(8), 35_000, 2, True, True),
    Product("5600", "Home delivery parcel", "To the door", Decimal(155), Decimal(11), 35_000, 3, True),
    Product("3584", "Mailbox parcel", "Into the mailbox", Decimal(49), Decimal(6), 5_000, 3, True),
    Product("5000", "Business parcel", "To a business", Decimal(120), Decimal(9), 35_000, 2, True),
    Product("4850", "Express next day", "To a business by nine", Decimal(230), Decimal(15), 35_000, 1, True),
    Product("9300", "Return parcel", "From a pickup point", Decimal(85), Decimal(7), 35_000, 3, True),
    Product(
        "PICKUP_PARCEL",
        "Pickup parcel",
        "To a pickup point",
        Decimal(110),
        Decimal(12),
        20_000,
        3,
        False,
        True,
    ),
    Product(
        "PICKUP_PARCEL_RETURN",
        "Pickup parcel return",
        "From a pickup point",
        Decimal(100),
        Decimal(11),
        20_000,
        4,
        False,
    ),
    Product(
        "HOME_DELIVERY_PARCEL", "Home delivery", "To the door", Decimal(180), Decimal(16), 35_000, 4, False
    ),
    Product(
        "BUSINESS_PARCEL", "Business parcel", "To a business", Decimal(140), Decimal(13), 35_000, 3, False
    ),
)
_NUMBERS = {
    "SERVICEPAKKE": "5800",
    "PA_DOREN": "5600",
    "BPAKKE_DOR-DOR": "5000",
    "EKSPRESS09": "4850",
    "0340": "PICKUP_PARCEL",
    "0349": "HOME_DELIVERY_PARCEL",
    "0330": "BUSINESS_PARCEL",
}
_BY_CODE = {product.code: product for product in _PRODUCTS}
CODES = tuple(_BY_CODE)


def product(code: str) -> Product | None:
    """By its code, its older name or its number, in any case."""
    name = code.upper()
    return _BY_CODE.get(_NUMBERS.get(name, name))
