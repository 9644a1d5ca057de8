"""The way of a call through Business Central: login, environment, company, collection."""

from __future__ import annotations

import re
from itertools import count
from urllib.parse import parse_qs

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.dynamics365 import backoffice
from connectors.sandbox.dynamics365.company import COMPANY, Company, dumped
from connectors.sandbox.dynamics365.errors import BcError, injected, not_found, unauthorized
from connectors.sandbox.dynamics365.handlers import HANDLERS, Call

_LOGIN = re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token")
_API = re.compile(r"/v2\.0/(?P<tenant>[^/]+)/(?P<environment>[^/]+)/api/v2\.0/(?P<rest>.+)")
_WITHIN = re.compile(
    r"companies\((?P<company>[^)]+)\)/(?P<collection>\w+)(?:\((?P<key>[^)]+)\)(?:/(?P<part>[\w.]+))?)?"
)
TOKEN_S = 3599


class Dynamics365(Vendor):
    slug = "dynamics365"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.environments: dict[tuple[str, str], dict[str, Company]] = {}
        self.tokens: dict[str, str] = {}
        self._numbers = count(1)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        error = injected(status)
        return json_response(error.body, error.status)

    def control(self, request: Request) -> Response:
        """See backoffice.py."""
        with self.lock:
            done = backoffice.control(self, request)
        return super().control(request) if done is None else Response(body=dumped(done))

    def companies(self, tenant: str, environment: str) -> dict[str, Company]:
        """Made on first use, as no administrator is there to make them."""
        name = (tenant.casefold(), environment.casefold())
        fresh = Company(f"{name[0]}/{name[1]}/{COMPANY}", self.ledger)
        return self.environments.setdefault(name, {COMPANY: fresh})

    def _answer(self, request: Request) -> Response:
        login = _LOGIN.fullmatch(request.path)
        if login is not None:
            return self._token(login["tenant"], request)
        try:
            return self._api(request)
        except BcError as error:
            return json_response(error.body, error.status)

    def _token(self, tenant: str, request: Request) -> Response:
        """An app whose secret begins with "wrong" is refused."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "client_credentials" or not form.get("scope", "").endswith("/.default"):
            return json_response({"error": "invalid_request", "error_description": "AADSTS900144"}, 400)
        if not form.get("client_id") or form.get("client_secret", "wrong").startswith("wrong"):
            return json_response({"error": "invalid_client", "error_description": "AADSTS7000215"}, 401)
        token = f"bc-token-{next(self._numbers):08d}"
        self.tokens[token] = tenant.casefold()
        return json_response({"token_type": "Bearer", "expires_in": TOKEN_S, "access_token": token})

    def _api(self, request: Request) -> Response:
        place = _API.fullmatch(request.path)
        if place is None:
            raise not_found(f"the request URI '{request.path}'")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token) != place["tenant"].casefold():
            raise unauthorized()
        companies = self.companies(place["tenant"], place["environment"])
        if place["rest"] == "companies" and request.method == "GET":
            rows = [{"id": key, "name": "Nordstore", "displayName": "Nordstore"} for key in companies]
            return json_response({"value": rows})
        return self._within(companies, place["rest"], request)

    def _within(self, companies: dict[str, Company], rest: str, request: Request) -> Response:
        place = _WITHIN.fullmatch(rest)
        if place is None or place["company"].lower() not in companies:
            raise BcError("Internal_CompanyNotFound", "Cannot process the request: no such company.", 404)
        name = (request.method, place["collection"], bool(place["key"]), place["part"] or "")
        handler = HANDLERS.get(name)
        if handler is None:
            raise not_found(f"'{request.method} {rest}'")
        url = f"http://{request.headers.get('host', '')}/{self.slug}{request.path}"
        company = companies[place["company"].lower()]
        return handler(Call(company, request, place["key"] or "", url))
