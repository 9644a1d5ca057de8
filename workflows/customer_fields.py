"""The names that fields of customers go by among their properties and, after "Customer.", in Field Mapping.

OrganisationNumber  text
Address             {"line1", "line2", "postal_code", "city", "region", "country", ...}
Consents            by name, such as {"email": true}; what nobody told is left out
Member              true or false
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from connectors.contracts.catalog import CustomerRecord
from connectors.contracts.common import Address

ORGANISATION, ADDRESS, CONSENTS, MEMBER = "OrganisationNumber", "Address", "Consents", "Member"

#: Columns of a customer with their longest text; names as of a CustomerRecord.
COLUMNS = {"email": 254, "phone": 40, "first_name": 100, "last_name": 100, "company": 200}
#: The same in a Field Mapping.
BY_NAME = {
    "email": "email",
    "phone": "phone",
    "firstname": "first_name",
    "lastname": "last_name",
    "company": "company",
}


def told_properties(record: CustomerRecord) -> Iterator[tuple[str, Any]]:
    """What a record tells that a customer has no column for."""
    if record.organisation_number:
        yield ORGANISATION, record.organisation_number
    address = {name: text for name, text in asdict(record.address or Address()).items() if text}
    if address:
        yield ADDRESS, address
    consents = {name: given for name, given in record.consents.items() if given is not None}
    if consents:
        yield CONSENTS, consents
    if record.member is not None:
        yield MEMBER, record.member
