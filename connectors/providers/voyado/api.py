"""How Engage speaks: paths of two versions, contacts that are found by what tells a person apart, failures with a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.crm import CrmProvider
from connectors.errors import ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.voyado.words import CURES, ERRORS

Json = Mapping[str, Any]

#: By UniqueIdentifier: the name in the search for a contact, and in receipts.
SEARCHED = {"Email": "email", "Phone": "mobilePhone", "CustomerNumber": "customKey"}
_CODES = ("errorcode", "code", "error")
_TEXTS = ("message", "errormessage", "detail", "title")
_FIELDS = ("errors", "modelstate", "validationerrors")


class Engage(CrmProvider):
    errors = ERRORS
    #: Engage answers 500 to requests without it, those without a body too.
    headers = {"Content-Type": "application/json"}

    def at(self, path: str) -> str:
        return f"/api/{self.values.api_version}/{path}"

    def contact_id(self, identifier: str, value: str) -> str:
        """Id of the contact with that e-mail address, phone or number; "" for none. Raises Rejected for several."""
        found = self.look_for(self.at("contacts/id"), **{SEARCHED[identifier]: value})
        if found is None:
            return ""
        if not isinstance(found, str) or not found:
            raise RetryLater("Voyado's answer to the search for a contact holds no id")
        return found

    def contact(self, contact_id: str) -> Json | None:
        """The contact with its attributes, preferences and consents; None where it is gone."""
        found = self.look_for(self._contact_path(contact_id))
        return None if found is None else _contact(found, RetryLater)

    def make_contact(self, body: Json) -> str:
        """Id of a new contact, or of the one that has the same key."""
        told = {
            "source": self.values.source or None,
            "storeExternalId": self.values.store_external_id or None,
        }
        beside = {name: value for name, value in told.items() if value}
        place = {"headers": beside} if self.values.api_version == "v2" else {"query": beside}
        made = self.post(self.at("contacts"), body, **place)
        return made if isinstance(made, str) and made else str(_contact(made, Unknown)["id"])

    def change_contact(self, contact_id: str, body: Json) -> None:
        method = "POST" if self.values.api_version == "v2" else "PATCH"
        self.call(method, self._contact_path(contact_id), body)

    def promote(self, contact_id: str) -> None:
        """Make a member of a contact; v2 has a way of its own for Engage's type Member."""
        kind, path = self.values.member_type, self._contact_path(contact_id)
        if self.values.api_version == "v2" and kind.casefold() == "member":
            self.post(f"{path}/promoteToMember", {})
        else:
            self.post(f"{path}/updateContactType", query={"contactTypeId": kind})

    def remove_contact(self, contact_id: str) -> bool:
        """False where it was gone already."""
        query = {"source": self.values.source} if self.values.source else {}
        try:
            self.delete(self._contact_path(contact_id), query=query)
        except Rejected as error:
            if error.status == 404:
                return False
            raise
        return True

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        """A success that names the code of an error is none."""
        error = super().classify(answer, writes)
        if error is None and b'"errorcode"' in answer.body.lower():
            code, text = self.read_error(answer)
            kind = ERRORS.get(code, Rejected)
            return kind(text, code=code, status=answer.status) if code else None
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """Engage's answers name a code such as ContactNotFound, alone or beside a text, and fields that are wrong."""
        try:
            body = answer.json()
        except BadAnswer:
            return "", ""
        if isinstance(body, str):
            return body, _cured(body, "")
        if not isinstance(body, dict):
            return "", ""
        told = {str(name).lower(): value for name, value in body.items()}
        code = next((str(told[name]) for name in _CODES if isinstance(told.get(name), str)), "")
        text = next((str(told[name]) for name in _TEXTS if told.get(name)), "")
        fields = [item for name in _FIELDS for item in _problems(told.get(name))]
        return code, _cured(code, "; ".join(filter(None, [text, *fields])))[:500]

    def _contact_path(self, contact_id: str) -> str:
        return self.at(f"contacts/{quote(contact_id, safe='')}")


def _contact(body: Any, kind: type[RetryLater | Unknown]) -> Json:
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not body["id"]:
        raise kind("Voyado's answer holds no contact")
    return body


def _cured(code: str, text: str) -> str:
    told = " ".join(filter(None, [code if code not in text else "", text])).strip().rstrip(".")
    cure = CURES.get(code)
    if cure:
        return f"{told}: {cure}"
    return f"Voyado says: {told}" if told else ""


def _problems(told: Any) -> list[str]:
    """Lists of texts by field, or texts."""
    if isinstance(told, dict):
        return [f"{name}: {', '.join(_texts(value))}" for name, value in told.items()]
    return _texts(told) if isinstance(told, list) else []


def _texts(value: Any) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value])]
