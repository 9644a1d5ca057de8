"""What Magento's failures say. Texts come with their parameters beside them, in several shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

#: Codes of ours: Magento tells its failures by nothing but words. The first that is found counts.
_WORDS: tuple[tuple[str, str], ...] = (
    ("deadlock", r"deadlock found|lock wait timeout|database lock"),
    (
        "could_not_save",
        r"could not save (a|an|the) (invoice|shipment|credit ?memo)|see error log for details",
    ),
    ("signature", r"signature is invalid"),
    ("clock", r"oauth_timestamp|timestamp value"),
    ("nonce", r"nonce"),
    ("consumer", r"oauth_consumer_key|consumer (key )?(is not|has expired|with)|consumer key has"),
    ("resources", r"consumer isn't authorized|is not authorized to access"),
    ("no_route", r"request does not match any route"),
    ("no_store", r"(requested )?store (view )?(is not found|that was requested)"),
    ("limit", r"maximum items of type|maximum page size"),
)
KINDS: Mapping[str, type[ProviderError]] = {
    # What was saved before it is rolled back, but not what a payment module has done.
    "deadlock": Unknown,
    "could_not_save": Unknown,
    "signature": Misconfigured,
    "clock": Misconfigured,
    "nonce": RetryLater,
    "consumer": Misconfigured,
    "resources": Misconfigured,
    "no_route": Misconfigured,
    "no_store": Misconfigured,
    "limit": Misconfigured,
}
_CURES = {
    "signature": "check Consumer Secret and AccessTokenSecret, and that Host is the address that the shop itself uses",
    "clock": "the shop's clock and ours differ by more than ten minutes",
    "consumer": "check Consumer Key, and that the integration is active in Magento (System, Integrations)",
    "resources": "give the integration the missing resource in Magento (System, Integrations, API), then reauthorise it",
    "no_route": "check Host, and that the shop has the module that this call belongs to",
    "no_store": "check the property StoreView",
    "limit": "the shop limits its API's input; lower PageSize, or raise its limits under Stores, Configuration, Web API",
}
_FILL = re.compile(r"%(\w+)")


def filled(message: Any, parameters: Any = None) -> str:
    """The text with %1 and %fieldName filled in; what has no parameter stays as it is."""
    text = str(message or "")
    if isinstance(parameters, Mapping):
        values = {str(name): value for name, value in parameters.items()}
    else:
        values = dict(_listed(text, parameters)) if isinstance(parameters, list) else {}
    text = _FILL.sub(lambda found: str(values.get(found[1], found[0])), text)
    # Some texts carry markup for the admin's pages.
    return " ".join(re.sub(r"<[^>]*>|[<>]", " ", text).split())


def text_of(body: Any) -> str:
    """All that an error answer says, the single errors behind the summary of them; "" where it says nothing."""
    if not isinstance(body, Mapping):
        return ""
    told = [filled(body.get("message"), body.get("parameters"))]
    errors = body.get("errors")
    told += [filled(item.get("message"), item.get("parameters")) for item in _objects(errors)]
    messages = body.get("messages")
    if isinstance(messages, Mapping):
        told += [filled(item.get("message")) for item in _objects(messages.get("error"))]
    if isinstance(body.get("oauth_problem"), str):
        told.append(filled(body["oauth_problem"]))
    return "; ".join(dict.fromkeys(filter(None, told)))


def is_failure(body: Any) -> bool:
    """Whether an answer of HTTP 200 is an error all the same, as some modules and front servers give it."""
    if not isinstance(body, Mapping):
        return False
    if isinstance(body.get("messages"), Mapping) and body["messages"].get("error"):
        return True
    return isinstance(body.get("message"), str) and bool({"trace", "parameters"} & set(body))


def code_of(text: str) -> str:
    """Our code for what Magento says; "" for anything else."""
    found = (code for code, words in _WORDS if re.search(words, text, re.IGNORECASE))
    return next(found, "")


def cured(text: str, code: str, status: int) -> str:
    """The text with what to do about it."""
    cure = _CURES.get(code, "")
    if status == 401 and not cure:
        cure = (
            "check the keys; with Authentication = Bearer the shop must also allow integration tokens as bearer tokens"
            " (Stores, Configuration, Services, OAuth), which Magento forbids since 2.4.4"
        )
    return ": ".join(filter(None, [text, cure]))


def refusal(message: str) -> Rejected:
    return Rejected(f"Magento: {message}"[:500])


def _listed(text: str, parameters: list[Any]) -> Iterator[tuple[str, Any]]:
    """%1 is the first. Names are in the order of their first mention, unless objects say them."""
    names = list(dict.fromkeys(name for name in _FILL.findall(text) if not name.isdecimal()))
    plain = [value for value in parameters if not isinstance(value, Mapping)]
    yield from zip(names, plain, strict=False)
    for index, value in enumerate(parameters, 1):
        if isinstance(value, Mapping):
            yield from ((str(name), told) for name, told in value.items())
        else:
            yield str(index), value


def _objects(items: Any) -> Iterator[Mapping[str, Any]]:
    return (item for item in items if isinstance(item, Mapping)) if isinstance(items, list) else iter(())
