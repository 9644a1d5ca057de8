"""Contacts both ways: what changed in Engage, and our customers, one by one, made where they are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.contracts.base import reading
from connectors.contracts.catalog import BatchResult, CatalogPage, CustomerRecord, ItemResult, ItemState
from connectors.errors import Rejected, RetryLater
from connectors.providers.voyado.api import Engage
from connectors.providers.voyado.contacts import (
    consents_told,
    differing,
    fields_of,
    identity,
    record_of,
    type_of,
)
from connectors.providers.voyado.cursor import Cursor

#: Each contact is read by itself.
PAGE = 25


class Customers(Engage):
    most_customers = 10

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        """Overlapping: a contact that changed within the last minutes of a reading comes with the next one again."""
        at, changed = self._changed(Cursor.read(cursor, self.values.import_contacts_from))
        left = sorted(contact_id for contact_id in changed if contact_id > at.after)
        page, rest = left[:PAGE], left[PAGE:]
        following, more = at.following(page[-1] if page else at.after, more=bool(rest))
        items = tuple(self._record(contact_id, is_deleted=changed[contact_id]) for contact_id in page)
        return CatalogPage(items=items, cursor=following, more=more, total=len(changed))

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        return BatchResult(items=tuple(map(self._tried, customers)))

    def ensure(self, record: CustomerRecord) -> str:
        """Id of the contact that a record is about; one is made where there is none."""
        found = self.contact_id(self.values.unique_identifier, self._identity(record))
        return found or self._made(record)

    def sends(self, record: CustomerRecord) -> bool:
        return bool(record.member) or self.values.export_mode != "ExportMembersOnly"

    def _changed(self, at: Cursor) -> tuple[Cursor, Mapping[str, bool]]:
        """The ids within the cursor's window, and whether each was deleted. The window is halved where they are too many."""
        try:
            found = {
                item: kind == "Deleted"
                for kind in ("Created", "Updated", "Deleted")
                for item in self._ids(at, kind)
            }
        except Rejected as error:
            shorter = at.narrower() if error.status == 400 else None
            if shorter is None:
                raise
            return self._changed(shorter)
        return at, found

    def _ids(self, at: Cursor, kind: str) -> list[str]:
        until = {"toDate": _moment(at.until)} if at.until else {}
        found = self.get(self.at("contacts/changes"), changeType=kind, fromDate=_moment(at.since), **until)
        if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
            raise RetryLater("Voyado's list of changed contacts cannot be read: it is no list of ids")
        return found

    def _record(self, contact_id: str, *, is_deleted: bool) -> CustomerRecord:
        contact = None if is_deleted else self.contact(contact_id)
        if contact is None:
            return CustomerRecord(external_id=contact_id, deleted=True)
        with reading("Voyado's contact", RetryLater):
            return record_of(contact, self.values)

    def _tried(self, record: CustomerRecord) -> ItemResult:
        """What Engage refuses stops nobody else."""
        key = record.number or record.email
        try:
            state, contact_id, message = self._exported(record)
        except Rejected as error:
            return ItemResult(key=key, state=ItemState.FAILED, message=error.message)
        return ItemResult(key=key, state=state, external_id=contact_id, message=message)

    def _exported(self, record: CustomerRecord) -> tuple[ItemState, str, str]:
        if record.deleted:
            return self._removed(record)
        if not self.sends(record):
            return ItemState.SKIPPED, "", "Is no member, and ExportCustomers sends members only"
        there = self.contact(record.external_id) if record.external_id else None
        if there is None:
            found = self.contact_id(self.values.unique_identifier, self._identity(record))
            there = self.contact(found) if found else None
        if there is None:
            return ItemState.DONE, self._made(record), ""
        contact_id = str(there["id"])
        body = fields_of(record, self.values)
        if self.values.consents_owned_by == "Hub":
            body |= consents_told(record, self.values)
        with reading("Voyado's contact", RetryLater):
            different = differing(body, there)
        if different:
            self.change_contact(contact_id, different)
        promoted = self._wants_promotion(record, type_of(there))
        if promoted:
            self.promote(contact_id)
        return ItemState.DONE if different or promoted else ItemState.UNCHANGED, contact_id, ""

    def _removed(self, record: CustomerRecord) -> tuple[ItemState, str, str]:
        if not self.values.sync_delete:
            return ItemState.SKIPPED, record.external_id, "Is deleted here, and SyncDelete is not set"
        told = identity(record, self.values.unique_identifier)
        known = record.external_id or (told and self.contact_id(self.values.unique_identifier, told))
        done = bool(known) and self.remove_contact(known)
        return ItemState.DONE if done else ItemState.UNCHANGED, known, ""

    def _made(self, record: CustomerRecord) -> str:
        kind = self.values.member_type if self._is_member(record) else self.values.contact_type
        told = {**fields_of(record, self.values), **consents_told(record, self.values), "contactType": kind}
        return self.make_contact(told)

    def _wants_promotion(self, record: CustomerRecord, kind: str) -> bool:
        """Nobody is promoted of whom Engage does not say what they are."""
        return self._is_member(record) and kind.casefold() not in {"", self.values.member_type.casefold()}

    def _is_member(self, record: CustomerRecord) -> bool:
        return bool(record.member) or self.values.export_mode == "ExportAllCustomersAsMember"

    def _identity(self, record: CustomerRecord) -> str:
        found = identity(record, self.values.unique_identifier)
        if not found:
            what = {"Email": "e-mail address", "Phone": "phone number", "CustomerNumber": "number"}
            raise Rejected(
                f"The customer has no {what[self.values.unique_identifier]}, which UniqueIdentifier asks for; add it"
            )
        return found


def _moment(at: datetime) -> str:
    """Engage takes times without zone. Where its clock is ahead of UTC it begins that much earlier, which misses nothing."""
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d}"
