"""What a record from outside may change in a customer, and what of a customer goes out, by the Field Mapping's rules."""

from __future__ import annotations

from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import CustomerRecord
from connectors.contracts.common import Address
from connectors.contracts.plain import plain
from connectors.field_mapping import mapped
from connectors.field_rules import OF_CUSTOMERS, MappedField, Rule, is_of_customers, plain_name
from workflows import customer_fields as names
from workflows.models import Customer
from workflows.product_fields import EMPTY


def official(name: str) -> str:
    """The column of a customer, else the property, that a Field Mapping means by a name after "Customer."."""
    own = name.strip()[len(OF_CUSTOMERS) :].strip()
    return names.BY_NAME.get(plain_name(own), own)


def value_of(customer: Customer, name: str) -> Any:
    return getattr(customer, name) if name in names.COLUMNS else customer.properties.get(name)


class CustomerFieldsIn:
    def __init__(self, config: ConnectorConfig) -> None:
        mine = [row for row in config.field_rules if is_of_customers(row.property)]
        self.rows = [(official(row.property), row.connector_property) for row in mine]
        self.rules = {official(row.property): row.on_import for row in mine}

    def apply(self, customer: Customer, record: CustomerRecord) -> bool:
        """Take over what is told; tells whether that changed anything."""
        told = {name: getattr(record, name) for name in names.COLUMNS if getattr(record, name)}
        told |= dict(names.told_properties(record)) | mapped(self.rows, record.fields)
        changed = False
        for name, value in told.items():
            if self._may(customer, name):
                changed |= _put(customer, name, plain(value))
        return changed

    def _may(self, customer: Customer, name: str) -> bool:
        rule = self.rules.get(name, Rule.OVERWRITE)
        if rule == Rule.IF_EMPTY:
            return value_of(customer, name) in EMPTY
        return rule == Rule.OVERWRITE


def _put(customer: Customer, name: str, value: Any) -> bool:
    longest = names.COLUMNS.get(name)
    if longest:
        value = str(value).strip()[:longest]
    if name == names.CONSENTS:
        value = {**(value_of(customer, name) or {}), **value}
    if value_of(customer, name) == value:
        return False
    if longest:
        setattr(customer, name, value)
    else:
        customer.properties = {**customer.properties, name: value}
    return True


def customer_record(customer: Customer, config: ConnectorConfig) -> CustomerRecord:
    """A customer as it goes out. `fields` are what the rows make of it. What is only to fill what is empty goes along with
    customers that the other side does not have yet."""
    external_id = customer.external_ids.get(config.connector_id or config.name, "")
    mine = [row for row in config.field_rules if is_of_customers(row.property)]
    sent = [row for row in mine if _goes(row, is_known=bool(external_id))]
    held = {official(row.property) for row in mine} - {official(row.property) for row in sent}
    properties = {name: value for name, value in customer.properties.items() if name not in held}
    return CustomerRecord(
        external_id=external_id,
        number=customer.number,
        **{name: value_of(customer, name) for name in names.COLUMNS if name not in held},
        organisation_number=str(properties.get(names.ORGANISATION) or ""),
        address=_address(properties.get(names.ADDRESS)),
        consents=properties.get(names.CONSENTS) or {},
        member=properties.get(names.MEMBER),
        fields=_filled(customer, sent),
    )


def _goes(row: MappedField, *, is_known: bool) -> bool:
    return row.on_export == Rule.OVERWRITE or (row.on_export == Rule.IF_EMPTY and not is_known)


def _filled(customer: Customer, rows: list[MappedField]) -> dict[str, Any]:
    found = {row.connector_property: value_of(customer, official(row.property)) for row in rows}
    return {name: value for name, value in found.items() if value not in EMPTY}


def _address(told: Any) -> Address | None:
    if not isinstance(told, dict):
        return None
    fields = Address.__dataclass_fields__
    return Address(**{name: str(text) for name, text in told.items() if name in fields})
