"""Which time zone a market's clocks show."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Countries of Europe that have one time zone on their mainland, by the name of the tz database.
_BY_COUNTRY = {
    "AT": "Vienna",
    "BE": "Brussels",
    "BG": "Sofia",
    "CH": "Zurich",
    "CZ": "Prague",
    "DE": "Berlin",
    "DK": "Copenhagen",
    "EE": "Tallinn",
    "ES": "Madrid",
    "FI": "Helsinki",
    "FR": "Paris",
    "GB": "London",
    "GR": "Athens",
    "HR": "Zagreb",
    "HU": "Budapest",
    "IE": "Dublin",
    "IT": "Rome",
    "LT": "Vilnius",
    "LU": "Luxembourg",
    "LV": "Riga",
    "NL": "Amsterdam",
    "NO": "Oslo",
    "PL": "Warsaw",
    "RO": "Bucharest",
    "SE": "Stockholm",
    "SI": "Ljubljana",
    "SK": "Bratislava",
}
_ELSEWHERE = {"FO": "Atlantic/Faroe", "IS": "Atlantic/Reykjavik", "PT": "Europe/Lisbon"}


def zone_named(name: str) -> ZoneInfo:
    """Raises ValueError with the cure as its text."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; use a name such as Europe/Oslo.") from None


def zone_of(name: str, country: str) -> ZoneInfo:
    """The zone of this name, else that of the country, else UTC."""
    by_country = _ELSEWHERE.get(country) or (
        f"Europe/{_BY_COUNTRY[country]}" if country in _BY_COUNTRY else "UTC"
    )
    return ZoneInfo(name or by_country)
