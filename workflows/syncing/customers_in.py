"""Customers of another system become ours, or change what we know of them. Nobody is deleted here for it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Lower

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import CustomerRecord, CustomerSource
from connectors.schema import Boolean
from workflows import customer_fields as names
from workflows.catalog import upsert
from workflows.models import Customer, SyncItem
from workflows.schedules.types import register
from workflows.syncing import records
from workflows.syncing.customer_rules import CustomerFieldsIn
from workflows.syncing.incoming import ImportRules, ImportTask, Taken, counted
from workflows.syncing.memory import Ledger, State, Told

LONGEST_NUMBER = 64


class CustomerImportRules(ImportRules):
    match_email = Boolean(
        "MatchEmail",
        key="MatchEmail",
        required=False,
        default=True,
        help="A customer who is not known by id or number is the only one here with the same e-mail address.",
    )
    create_customers = Boolean("CreateCustomers", key="CreateCustomers", required=False, default=True)


@register
class ImportCustomers(ImportTask):
    name = "ImportCustomers"
    label = "Import customers"
    description = "Takes over the customers of a shop, ERP or CRM that are new or changed since the last run."
    capability = CustomerSource
    operation = "import_customers"
    properties = CustomerImportRules
    kind = SyncItem.Kind.CUSTOMER
    record = CustomerRecord

    def take(self, connector: ConnectorConfig, items: Sequence[Any], rules: Any) -> Taken:
        with transaction.atomic():
            return _Taking(connector, rules).take(items)


def key_of(record: CustomerRecord) -> str:
    return record.external_id or record.number or record.email


class _Taking:
    """One page. `known` are our customers by id, `by` the ways in which a record may name one of them."""

    def __init__(self, config: ConnectorConfig, rules: Any) -> None:
        self.rules = rules
        self.tenant_id = config.tenant_id
        self.source = config.connector_id or config.name
        self.ledger = Ledger(config, SyncItem.Kind.CUSTOMER, SyncItem.Direction.IN)
        self.fields = CustomerFieldsIn(config)
        self.known: dict[int, Customer] = {}
        self.ids: dict[str, int] = {}
        self.numbers: dict[str, Customer] = {}
        self.emails: dict[str, list[Customer]] = {}
        self.changed: dict[str, Customer] = {}
        self.new: set[str] = set()

    def take(self, items: Sequence[CustomerRecord]) -> Taken:
        wanted = {key_of(item): item for item in map(_storable, items)}
        self._read(wanted)
        pairs = [(self._take(key, item), self._mine(item)) for key, item in wanted.items()]
        saved = upsert(Customer, "number", self.changed.values())
        told = [
            replace(item, item_id=saved.get(mine.number, mine.pk)) if mine else item for item, mine in pairs
        ]
        return Taken(told, counted(told, self.new))

    def _number(self, item: CustomerRecord) -> str:
        """Theirs, else one made of who they are, the same each time."""
        if item.number:
            return item.number
        own = f"{self.source}:{item.external_id}" if item.external_id else item.email.strip().lower()
        made = uuid.uuid5(uuid.NAMESPACE_URL, f"customer:{self.tenant_id}:{own}")
        return f"C-{made.hex[:12].upper()}"

    def _read(self, wanted: Mapping[str, CustomerRecord]) -> None:
        """In three statements: what was linked before, then customers by id and number, and by address."""
        linked = self.ledger.known(wanted)
        self.ids = {key: row.item_id for (key, _), row in linked.items() if row.item_id}
        numbers = {self._number(item) for item in wanted.values()} | {
            item.number for item in wanted.values() if item.number
        }
        mine = Customer.objects.filter(pk__in=self.ids.values()) | Customer.objects.filter(number__in=numbers)
        found = list(mine.order_by("pk").select_for_update())
        emails = {item.email.casefold() for item in wanted.values() if item.email}
        if self.rules.match_email and emails:
            same = Customer.objects.annotate(lower=Lower("email")).filter(lower__in=emails)
            found += list(same.order_by("pk").select_for_update())
        for customer in found:
            self._note(self.known.setdefault(customer.pk, customer))

    def _note(self, customer: Customer) -> None:
        self.numbers[customer.number] = customer
        same = self.emails.setdefault(customer.email.casefold(), [])
        if customer not in same:
            same.append(customer)

    def _mine(self, item: CustomerRecord) -> Customer | None:
        linked = self.known.get(self.ids.get(key_of(item), 0))
        named = self.numbers.get(item.number) or self.numbers.get(self._number(item))
        same = self.emails.get(item.email.casefold(), []) if item.email and self.rules.match_email else []
        return linked or named or (same[0] if len(same) == 1 else None)

    def _take(self, key: str, item: CustomerRecord) -> Told:
        outcome: dict[str, Any] = {"key": key, "external_id": item.external_id}
        mine = self._mine(item)
        if not key:
            return Told(
                key="(nameless)", state=State.SKIPPED, reason="It has no id, number or e-mail address"
            )
        if item.deleted:
            return Told(**outcome, state=State.GONE, reason="Deleted there; nothing is deleted here for that")
        if mine is None and not self.rules.create_customers:
            return Told(**outcome, state=State.SKIPPED, reason="Not known here, and CreateCustomers is false")
        problem = _problem(item)
        if problem:
            return Told(**outcome, state=State.FAILED, reason=problem, document=records.dump(item))
        changed = self._apply(key, item, mine)
        return Told(**outcome, changed=changed)

    def _apply(self, key: str, item: CustomerRecord, mine: Customer | None) -> bool:
        customer = mine or Customer(tenant_id=self.tenant_id, number=self._number(item))
        changed = self.fields.apply(customer, item)
        if item.external_id and customer.external_ids.get(self.source) != item.external_id:
            customer.external_ids = {**customer.external_ids, self.source: item.external_id}
            changed = True
        if mine is None:
            self.new.add(key)
            self._note(customer)
        if changed or mine is None:
            self.changed[customer.number] = customer
        return changed or mine is None


def _problem(item: CustomerRecord) -> str:
    if len(item.number) > LONGEST_NUMBER:
        return f"The number has more than {LONGEST_NUMBER} characters; shorten it there"
    try:
        if item.email:
            validate_email(item.email)
    except ValidationError:
        return f"{item.email} is no e-mail address; correct it there"
    if len(item.email) > names.COLUMNS["email"]:
        return "The e-mail address is too long; correct it there"
    return ""


def _storable(item: CustomerRecord) -> CustomerRecord:
    return records.load(CustomerRecord, records.dump(item))
