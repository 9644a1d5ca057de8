"""Failures in Tripletex's shape: a number, a Norwegian message, and what is wrong with which field."""

from __future__ import annotations

from typing import Any

_CODES = {400: 4000, 401: 3000, 403: 9000, 404: 6000, 409: 8000, 429: 0}


class TripletexError(Exception):
    def __init__(self, status: int, code: int, message: str, **fields: str) -> None:
        super().__init__(message)
        self.status, self.code, self.fields = status, code, fields

    @property
    def body(self) -> dict[str, Any]:
        told = [{"field": name, "message": text} for name, text in self.fields.items()]
        return {
            "status": self.status,
            "code": self.code,
            "message": str(self),
            "link": "https://tripletex.no/v2-docs/",
            "developerMessage": str(self),
            "validationMessages": told or None,
            "requestId": "5f0c1d2e-sandbox",
        }


def injected(status: int) -> TripletexError:
    return TripletexError(status, _CODES.get(status, 1000), "Forespørselen kunne ikke behandles.")


def invalid(**fields: str) -> TripletexError:
    return TripletexError(422, 18000, "Validering feilet.", **fields)


def missing(what: str) -> TripletexError:
    return TripletexError(404, 6000, f"Fant ikke {what}.")
