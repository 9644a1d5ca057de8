"""What an implementation's declarations say to people: the text of its plugin page, of the gallery and of setup guides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors import registry
from connectors.contracts.base import Category, Idempotency, Provider
from connectors.documents import label_of
from connectors.errors import Misconfigured, ProviderError, ReadBack, Rejected, RetryLater, Unknown
from connectors.matrix import Operation, matrix
from connectors.models import Connector, ConnectorAuthentication
from connectors.schema import Field, Group, Json, Secret
from connectors.signing import Unsigned

#: What becomes of a call that fails so.
_MEANINGS: tuple[tuple[type[ProviderError], str], ...] = (
    (RetryLater, "surely not executed; tried again"),
    (Unknown, "may have been executed; looked up or repeated under the same key"),
    (ReadBack, "executed before; its result is read back"),
    (Misconfigured, "somebody has to correct the configuration"),
    (Rejected, "the provider said no"),
)
_BY_STATUS = (
    ("401, 403 and redirects", _MEANINGS[3][1]),
    ("408, 429, 503 and other 5xx of a reading call", _MEANINGS[0][1]),
    ("408, 503 and other 5xx of a writing call, no answer", _MEANINGS[1][1]),
    ("other 4xx", _MEANINGS[4][1]),
)
_ON_SETTINGS = frozenset({"host", "is_test"})
_SCHEMES = {
    "StripeSignature": "Stripe's time-stamped HMAC-SHA256",
    "HmacSha256": "HMAC-SHA256 of the body",
    "StandardWebhook": "Standard Webhooks",
    "EcdsaSha256": "ECDSA with SHA-256",
    "FixedHeader": "a header that is always the same",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One setting. `tab` and `name` are where it is entered; `need` is "required", "optional" or its default."""

    label: str
    tab: str
    name: str
    kind: str
    need: str
    secret: bool
    choices: tuple[str, ...]
    help: str

    @property
    def required(self) -> bool:
        return self.need == "required"


def wanted(implementation: type[Provider]) -> list[Wanted]:
    """Its settings, the required ones first."""
    rows = [_wanted(item) for item in implementation.settings.fields().values()]
    return sorted(rows, key=lambda row: not row.required)


def paragraphs(text: str) -> list[str]:
    """A guide's text without the line breaks of the source."""
    return [" ".join(part.split()) for part in text.strip().split("\n\n") if part.strip()]


def by_category(categories: Iterable[str] = ()) -> list[tuple[str, list[type[Provider]]]]:
    """Installed implementations by category, in the order of the categories; all of them when none is named."""
    chosen = {*categories} or {item.value for item in Category}
    found: dict[str, list[type[Provider]]] = {item.value: [] for item in Category if item.value in chosen}
    for item in registry.all().values():
        if str(item.category) in found:
            found[str(item.category)].append(item)
    return [
        (name, sorted(items, key=lambda item: item.label.lower())) for name, items in found.items() if items
    ]


def describe(implementation: type[Provider]) -> dict[str, Any]:
    """Everything for a plugin page."""
    row = matrix([implementation])[0]
    return {
        "slug": implementation.slug,
        "label": implementation.label,
        "category": str(implementation.category),
        "names": [*implementation.names] or [implementation.label],
        "aliases": _aliases(implementation),
        "guide": paragraphs(implementation.guide),
        "hosts": [
            (mode, implementation.hosts[mode]) for mode in ("test", "live") if mode in implementation.hosts
        ],
        "host_words": sorted(implementation.host_words),
        "settings": wanted(implementation),
        "store_property": implementation.store_property,
        "check": " ".join(implementation.check or ()),
        "contracts": _contracts(row["operations"]),
        "care": row["care"],
        "limits": _limits(implementation),
        "idempotency": _idempotency(implementation.idempotency),
        "states": sorted((vendor, _words(ours)) for vendor, ours in implementation.states.items()),
        "errors": sorted((code, _meaning(kind)) for code, kind in implementation.errors.items()),
        "by_status": _BY_STATUS,
        "webhook": _webhook(implementation),
    }


def _wanted(item: Field) -> Wanted:
    tab, name = place_of(item)
    return Wanted(
        label=item.label,
        tab=tab,
        name=name,
        kind=_kind(item),
        need=_need(item),
        secret=isinstance(item, Secret),
        choices=item.choices,
        help=item.help or ("" if item.label == name else item.label),
    )


def place_of(item: Field) -> tuple[str, str]:
    """The tab of the editor and the name there."""
    if not item.column:
        return "Properties", item.stored_as
    if item.column in _ON_SETTINGS:
        return "Settings", label_of(Connector, item.column)
    return "Authentication", label_of(ConnectorAuthentication, item.column)


def _kind(item: Field) -> str:
    if isinstance(item, Secret):
        return "Secret"
    if isinstance(item, Group):
        return "Key Group"
    return "JSON" if isinstance(item, Json) else item.value_type


def _need(item: Field) -> str:
    if item.default not in (None, "", {}, [], (), frozenset()):
        several = isinstance(item.default, (tuple, frozenset))
        words = ", ".join(map(str, sorted(item.default))) if several else str(item.default)
        return f"otherwise {words.lower() if isinstance(item.default, bool) else words}"
    return "required" if item.required and item.default is None else "optional"


def _aliases(implementation: type[Provider]) -> list[str]:
    shown = {name.casefold() for name in implementation.names}
    return [name for name in registry.names_of(implementation) if name.casefold() not in shown]


def _contracts(operations: Mapping[str, Mapping[str, bool]]) -> list[tuple[str, list[tuple[str, bool]]]]:
    return [
        (contract, [(Operation(contract, name).label, has) for name, has in offered.items()])
        for contract, offered in operations.items()
    ]


def _limits(implementation: type[Provider]) -> list[tuple[str, str]]:
    quota = implementation.limits
    rows = [
        ("Calls per second", f"{quota.per_second:g}" if quota.per_second else "not published"),
        ("Calls at a time", str(quota.concurrent) if quota.concurrent else "not published"),
        ("Timeout", f"{implementation.timeout_ms} ms, unless the connector says otherwise"),
    ]
    return [] if implementation.local else rows


def _idempotency(given: Idempotency | None) -> list[tuple[str, str]]:
    if given is None:
        return []
    kind, _, name = given.carrier.partition(":")
    kept = f"{given.window_hours:g} hours"
    return [
        ("Key is sent in", f"the {kind} {name}"),
        ("Longest key", f"{given.length} characters"),
        ("Kept for", kept),
        ("Same key, other body", "refused" if given.body_bound else "taken as the same"),
        ("Operations", ", ".join(word.replace("_", " ") for word in given.operations) or "every write"),
    ]


def _webhook(implementation: type[Provider]) -> dict[str, Any]:
    scheme = implementation.webhook
    if scheme is None:
        return {}
    fields = implementation.settings.fields()
    key = fields.get(getattr(scheme, "key", ""))
    return {
        "signed": not isinstance(scheme, Unsigned),
        "scheme": _SCHEMES.get(type(scheme).__name__, "a scheme of its own"),
        "secret": " > ".join(place_of(key)) if key else "",
        "events": sorted(implementation.webhook_events),
    }


def _meaning(kind: type[ProviderError]) -> str:
    return next((words for known, words in _MEANINGS if issubclass(kind, known)), kind.__name__)


def _words(state: Any) -> str:
    return str(getattr(state, "value", state)).replace("_", " ")
