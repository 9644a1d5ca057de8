"""What is checked before a connector that judges carts goes live."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.checklist import Finding, Going, error, register
from connectors.documents import KIND
from connectors.providers.rules import RULES, Rules

#: What a rule cannot do without: the setting, and what the editor calls it.
_NEEDED = {
    "discountvalidator": ("max_discount", "MaxDiscountPercent"),
    "requiredfieldsvalidator": ("required_fields", "Field"),
}


@register(KIND)
def rules_are_chosen_and_complete(going: Going) -> Iterator[Finding]:
    if going.obj.type != Rules.slug or going.config.problem:
        return
    name = going.config.name.lower()
    if name not in {rule.lower() for rule in RULES}:
        yield error("rule", f"The Name chooses the rule; use one of {', '.join(RULES)}.", "Name")
    setting, key = _NEEDED.get(name, ("", ""))
    if setting and not getattr(going.config.values, setting):
        yield error("rule", f"{going.config.name} needs the property {key}.", f"Property {key}")
