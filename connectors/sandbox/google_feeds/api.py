"""The way of a call to Google: login, data source, its file."""

from __future__ import annotations

import base64
import json
import threading
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.google_feeds.fetching import DataSource, fetch

_SCOPE = "https://www.googleapis.com/auth/content"
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}

calls, controls = Router(), Router()


class GoogleError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def response(self) -> Response:
        word = _STATUSES.get(self.status, "UNKNOWN")
        return json_response(
            {"error": {"code": self.status, "message": str(self), "status": word}}, self.status
        )


class GoogleFeeds(Vendor):
    slug = "google-feeds"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.sources: dict[tuple[str, str], DataSource] = {}
        self.tokens: set[str] = set()
        self._numbers = count(1)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return GoogleError(status, f"Injected failure {status}").response()

    def control(self, request: Request) -> Response:
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request, **found[1]))

    def source(self, account: str, number: str) -> DataSource:
        try:
            return self.sources[account, number]
        except KeyError:
            raise GoogleError(404, f"accounts/{account}/dataSources/{number} was not found") from None

    def log_in(self, request: Request) -> Response:
        """RFC 7523: an assertion that names an issuer, this address and the scope. Its signature is not looked at."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        claims = _claims(form.get("assertion", ""))
        if (
            not claims.get("iss")
            or claims.get("scope") != _SCOPE
            or not str(claims.get("aud")).endswith("/token")
        ):
            return json_response({"error": "invalid_grant", "error_description": "Invalid JWT"}, 400)
        token = f"ya29.sandbox-{next(self._numbers):08d}"
        self.tokens.add(token)
        return json_response({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _answer(self, request: Request) -> Response:
        if (request.method, request.path) == ("POST", "/token"):
            return self.log_in(request)
        try:
            if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
                raise GoogleError(401, "Request had invalid authentication credentials.")
            found = calls.find(request.method, request.path)
            if found is None:
                raise GoogleError(404, f"There is no {request.method} {request.path}")
            done: Any = found[0](self, **found[1])
            return json_response(done)
        except GoogleError as error:
            return error.response()


@calls.route("GET", "/datasources/v1/accounts/{account}/dataSources/{number}")
def read(vendor: GoogleFeeds, account: str, number: str) -> Any:
    return vendor.source(account, number).shown()


@calls.route("POST", "/datasources/v1/accounts/{account}/dataSources/{number}")
def act(vendor: GoogleFeeds, account: str, number: str) -> Any:
    """The fetch itself takes its time and happens by the way, as at Google."""
    number, _, verb = number.partition(":")
    source = vendor.source(account, number)
    if verb != "fetch":
        raise GoogleError(404, f"There is no method {verb}")
    source.upload = {**source.upload, "processingState": "IN_PROGRESS"}
    threading.Thread(target=fetch, args=[source], daemon=True).start()
    return {}


@calls.route("GET", "/datasources/v1/accounts/{account}/dataSources/{number}/fileUploads/latest")
def latest(vendor: GoogleFeeds, account: str, number: str) -> Any:
    source = vendor.source(account, number)
    if not source.upload:
        raise GoogleError(404, "No file was uploaded yet")
    return source.upload


@controls.route("POST", "/data-source")
def data_source(vendor: GoogleFeeds, request: Request) -> Any:
    """{"account": "5001", "number": "101", "url": the feed's address, "language": "no", "username": …, "password": …}"""
    source = DataSource(**request.json())
    vendor.sources[source.account, source.number] = source
    return source.shown()


@controls.route("POST", "/fetch/{account}/{number}")
def fetch_now(vendor: GoogleFeeds, request: Request, account: str, number: str) -> Any:
    """Google's own schedule is due; answered when the file was read."""
    source = vendor.sources[account, number]
    fetch(source)
    return source.upload


@controls.route("GET", "/catalogue/{account}/{number}")
def catalogue(vendor: GoogleFeeds, request: Request, account: str, number: str) -> Any:
    """What Google sells: the products by id, what became of the last file, and every fetch."""
    source = vendor.sources[account, number]
    return {"items": source.items, "upload": source.upload, "fetches": source.fetches}


def _claims(assertion: str) -> dict[str, Any]:
    parts = assertion.split(".")
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) and len(parts) == 3 else {}
