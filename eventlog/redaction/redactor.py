from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from eventlog.redaction import bodies
from eventlog.redaction.hints import hints_in
from eventlog.redaction.keyed import query_without_secrets, without_credentials, without_named_secrets
from eventlog.redaction.names import KEYWORDS, is_opaque, is_sensitive, is_sensitive_parameter
from eventlog.redaction.shapes import MARK, Rule, rules_for
from eventlog.redaction.values import Needle, needles, spans
from tenants.secret_value import SecretValue

_DEEPEST = 64
_SHORTEST = 6
_SHORTEST_NUMBER = 10**5
#: Characters of a header that are kept; as many more are looked at, where a secret may be cut off in the middle.
_HEADER = 4 * 1024


class _Plan(NamedTuple):
    """What is worth looking for in the parts of a text, found by one look at the whole."""

    hits: list[Needle]
    named: bool
    rules: list[Rule]

    def __bool__(self) -> bool:
        return bool(self.hits or self.named or self.rules)


class Redactor:
    """Made once for a set of secrets and used by many threads; making it costs about 0.3 ms a secret."""

    def __init__(self, secrets: Iterable[SecretValue | str] = ()) -> None:
        plain = {value.reveal() if isinstance(value, SecretValue) else value for value in secrets}
        self._needles = needles(sorted(plain, key=len, reverse=True))

    def text(self, text: str) -> str:
        return self._apply(self._plan(text), text) if len(text) >= _SHORTEST else text

    def message(self, text: str) -> str:
        """Words for people: by value and shape only, because "token: expired" has to stay readable."""
        return self._apply(self._plan(text)._replace(named=False), text)

    def headers(self, headers: Mapping[str, Any]) -> dict[str, str]:
        texts = {
            name: MARK if is_sensitive(name) else str(value)[: 2 * _HEADER] for name, value in headers.items()
        }
        long = [name for name, text in texts.items() if len(text) > _HEADER]
        plan = self._plan("\n".join(texts.values()))
        if plan:
            texts = {name: self._apply(plan, text) for name, text in texts.items()}
        return texts | {name: _cut(texts[name]) for name in long} if long else texts

    def url(self, url: str) -> str:
        """Drops user info and secret query parameters; the order and encoding of the rest stay."""
        base, mark, rest = url.partition("?")
        query, hash_mark, fragment = rest.partition("#")
        if rest:
            query, fragment = query_without_secrets(query), query_without_secrets(fragment)
        cleaned = without_credentials(base) + mark + query + hash_mark + fragment
        return self.text(cleaned)

    def body(self, raw: bytes, content_type: str = "") -> Any:
        """JSON as a document, a form as a dict, anything else as text; cut to 16 KiB after redaction."""
        kind = content_type.partition(";")[0].strip().lower()
        if bodies.is_binary(raw, kind):
            return f"[{len(raw)} bytes of {kind or 'binary data'}]"
        text, whole = bodies.decode(raw, content_type)
        if whole and kind == "application/x-www-form-urlencoded":
            return bodies.fit(self._form(text))
        document = bodies.parse_json(text, kind) if whole else bodies.NOT_JSON
        if document is bodies.NOT_JSON:
            return bodies.cut(self.text(text), whole)
        return self._parsed(document, text)

    def document(self, document: Any) -> Any:
        """A JSON document with names, values and shapes redacted; changes nothing in place."""
        plan = self._plan("\n".join(_leaves(document)))
        return self._walk(plan, document, "", 0) if plan else document

    def _parsed(self, document: Any, text: str) -> Any:
        """The text tells most documents clean at once, unless it escapes characters that need no escape."""
        if "\\u00" not in text and len(text) <= bodies.STORED and not self._plan(text):
            return document
        return bodies.fit(self.document(document))

    def _form(self, text: str) -> dict[str, Any]:
        form: dict[str, Any] = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            safe = MARK if is_sensitive_parameter(name) else self.text(value)
            form[name] = safe if name not in form else f"{form[name]}, {safe}"
        return form

    def _plan(self, text: str) -> _Plan:
        words = hints_in(text)
        named = not words.isdisjoint(KEYWORDS)
        return _Plan([n for n in self._needles if n.core in text], named, rules_for(text, words))

    def _apply(self, plan: _Plan, text: str) -> str:
        if len(text) < _SHORTEST:
            return text
        if plan.hits:
            text = _without_spans(text, spans(plan.hits, text))
        if plan.named:
            text = without_named_secrets(text)
        for rule in plan.rules:
            text = rule(text)
        return text

    def _walk(self, plan: _Plan, value: Any, parent: str, depth: int) -> Any:
        if isinstance(value, str):
            return self._apply(plan, value)
        if isinstance(value, dict):
            return self._members(plan, value, parent, depth + 1)
        if isinstance(value, list | tuple):
            return [self._walk(plan, item, parent, depth + 1) for item in value] if depth < _DEEPEST else MARK
        return self._number(plan, value)

    def _members(self, plan: _Plan, members: dict[Any, Any], parent: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return MARK
        redacted = {}
        for key, value in members.items():
            name = str(key)
            hidden = is_secret_member(name, value, parent)
            redacted[self._name(plan, name)] = MARK if hidden else self._walk(plan, value, name, depth)
        return redacted

    def _name(self, plan: _Plan, name: str) -> str:
        return self._apply(plan, name) if plan.hits or plan.rules else name

    def _number(self, plan: _Plan, value: Any) -> Any:
        """Card numbers and numeric secrets are sent as numbers, too."""
        if type(value) is not int or value < _SHORTEST_NUMBER:
            return value
        text = str(value)
        redacted = self._apply(plan, text)
        return value if redacted == text else redacted


def _cut(text: str) -> str:
    return f"{text[:_HEADER]}… [cut]"


def is_secret_member(name: str, value: Any, parent: str) -> bool:
    if value is None or value == "" or isinstance(value, bool):
        return False
    if name.lower() == "number" and "card" in parent.lower():
        return not isinstance(value, dict)
    return is_sensitive(name) and (not isinstance(value, dict) or is_opaque(name))


def _leaves(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth > _DEEPEST:
        return
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _leaves(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, depth + 1)
    elif isinstance(value, int) and value >= _SHORTEST_NUMBER:
        yield str(value)


def _without_spans(text: str, places: list[tuple[int, int]]) -> str:
    out, position = [], 0
    for start, end in places:
        out += [text[position:start], MARK]
        position = end
    return "".join([*out, text[position:]])
