"""Money: a Decimal amount with its ISO 4217 code. The only place that knows how many decimals a currency has.

Source: ISO 4217 list one (active codes and minor units).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS "
    "KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"

CURRENCIES: dict[str, int] = {
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}


LIMIT = Decimal(10) ** 12


class MoneyError(ValueError):
    """The amount or the currency is not usable; the text names the cure."""


def exponent(currency: str) -> int:
    """Decimals of an ISO 4217 currency, e.g. 2 for NOK, 0 for JPY, 3 for KWD. Raises MoneyError for an unknown code."""
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise MoneyError(
            f"{currency!r} is not an ISO 4217 currency code; use three capital letters such as NOK"
        ) from None


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency, e.g. Decimal('0.01') for NOK."""
    return Decimal(1).scaleb(-exponent(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, never finer than the currency's smallest unit. Raises MoneyError when it is."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        amount = _exact(self.amount, self.currency)
        object.__setattr__(self, "amount", amount)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Read an amount given as Decimal, int or decimal string; the currency may be in any case."""
        try:
            return cls(Decimal(amount), currency.upper())
        except InvalidOperation:
            raise MoneyError(
                f"{amount!r} is not an amount; use digits with a decimal point, such as 199.00"
            ) from None

    @classmethod
    def from_minor(cls, minor: int, currency: str, places: int | None = None) -> Money:
        """Read minor units as vendors send them: (19900, 'nok') is 199.00 NOK. `places` as in `in_units`."""
        code = currency.upper()
        return cls(Decimal(minor).scaleb(-(exponent(code) if places is None else places)), code)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @property
    def minor(self) -> int:
        """The amount in minor units: 199.00 NOK is 19900, 199 JPY is 199."""
        return self.in_units()

    def in_units(self, places: int | None = None) -> int:
        """The amount in units of `places` decimals, by default the currency's own; some vendors count differently.

        Raises MoneyError for an amount that is finer than that.
        """
        units = self.amount.scaleb(exponent(self.currency) if places is None else places)
        if units != units.to_integral_value():
            raise MoneyError(f"{self.currency} is counted with {places} decimals there")
        return int(units)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise MoneyError(f"cannot combine {self.currency} with {other.currency}")
        return other.amount


def _exact(amount: Decimal, currency: str) -> Decimal:
    if not amount.is_finite():
        raise MoneyError(f"{amount} is not an amount; use digits with a decimal point, such as 199.00")
    if abs(amount) >= LIMIT:
        raise MoneyError(f"{amount} is too large; an amount stays below {LIMIT:.0f}")
    rounded = amount.quantize(quantum(currency))
    if rounded != amount:
        places = exponent(currency)
        raise MoneyError(f"{amount} has too many decimals; {currency} takes {places}")
    return rounded
