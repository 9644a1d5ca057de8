"""The login server: the page on which a person agrees, codes, and tokens. A refresh token is good for one use."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from connectors.sandbox.core.wire import Request, Response, json_response

if TYPE_CHECKING:
    from connectors.sandbox.fortnox.api import Fortnox

TOKEN_S = 3600
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fortnox (simulated)</title>
<style>body{{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#1d2b2a}}
a{{display:inline-block;padding:.6rem 1.2rem;border-radius:6px;margin-right:.6rem;text-decoration:none}}
.yes{{background:#0a6b4a;color:#fff}}.no{{border:1px solid #0a6b4a;color:#0a6b4a}}</style></head>
<body><h1>{company}</h1><p>The integration <b>{client}</b> asks to work with: {scope}.</p>
<p><a class="yes" href="{yes}">Agree</a><a class="no" href="{no}">Refuse</a></p></body></html>"""


class Logins:
    """`access` and `refresh` are the tokens that are good now, by Client-Id; `codes` are as they were asked for."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}
        self._numbers = count(1)

    def tokens(self, client: str, scope: str, *, refresh: bool) -> Response:
        number = next(self._numbers)
        body = {"access_token": f"fx-access-{number:06d}", "expires_in": TOKEN_S, "token_type": "bearer"}
        self.access[f"fx-access-{number:06d}"] = client
        if refresh:
            body["refresh_token"] = f"fx-refresh-{number:06d}"
            self.refresh[f"fx-refresh-{number:06d}"] = client
        return json_response({**body, "scope": scope})

    def code(self, asked: dict[str, str]) -> str:
        code = f"fx-code-{next(self._numbers):06d}"
        self.codes[code] = asked
        return code


def serve(vendor: Fortnox, request: Request) -> Response | None:
    """None for what is no matter of the login server."""
    if request.path == "/oauth-v1/auth" and request.method == "GET":
        return _page(vendor, request)
    if request.method != "POST" or request.path not in {"/oauth-v1/token", "/oauth-v1/revoke"}:
        return None
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    client = _client(request)
    if not client:
        return json_response({"error": "invalid_client", "error_description": "Invalid client"}, 401)
    if request.path == "/oauth-v1/revoke":
        return json_response({"revoked": vendor.logins.refresh.pop(form.get("token", ""), None) is not None})
    return _token(vendor.logins, client, form, request)


def _token(logins: Logins, client: str, form: dict[str, str], request: Request) -> Response:
    grant = form.get("grant_type")
    if grant == "client_credentials":
        if not request.headers.get("tenantid", "").isdecimal():
            return json_response(
                {"error": "invalid_request", "error_description": "TenantId is missing"}, 400
            )
        return logins.tokens(client, "order invoice", refresh=False)
    if grant == "refresh_token":
        if logins.refresh.pop(form.get("refresh_token", ""), None) != client:
            return json_response(
                {"error": "invalid_grant", "error_description": "Invalid refresh token"}, 400
            )
        return logins.tokens(client, "order invoice", refresh=True)
    asked = logins.codes.pop(form.get("code", ""), None)
    if grant != "authorization_code" or asked is None or not _fits(asked, client, form):
        return json_response(
            {"error": "invalid_grant", "error_description": "Invalid authorization code"}, 400
        )
    return logins.tokens(client, asked["scope"], refresh=True)


def _fits(asked: dict[str, str], client: str, form: dict[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    same = asked["client_id"] == client and asked["redirect_uri"] == form.get("redirect_uri")
    return same and asked.get("code_challenge", proved) == proved


def _page(vendor: Fortnox, request: Request) -> Response:
    """With `answer` the person has pressed a button."""
    asked = dict(request.query)
    answer = asked.pop("answer", "")
    if asked.get("response_type") != "code" or not asked.get("client_id") or not asked.get("redirect_uri"):
        return json_response({"error": "invalid_request"}, 400)
    state = {"state": asked["state"]} if "state" in asked else {}
    if answer == "no":
        refusal = {"error": "access_denied", "error_description": "The resource owner denied the request"}
        return _back(asked["redirect_uri"], {**refusal, **state})
    if answer == "yes":
        return _back(asked["redirect_uri"], {"code": vendor.logins.code(asked), **state})
    here = f"/{vendor.slug}/oauth-v1/auth?{urlencode(asked)}"
    page = _PAGE.format(
        company=escape(vendor.company(asked["client_id"]).name),
        client=escape(asked["client_id"]),
        scope=escape(asked.get("scope", "").replace(" ", ", ")),
        yes=escape(f"{here}&answer=yes"),
        no=escape(f"{here}&answer=no"),
    )
    return Response(body=page.encode(), content_type="text/html; charset=utf-8")


def _back(address: str, query: dict[str, str]) -> Response:
    return Response(302, headers={"Location": f"{address}?{urlencode(query)}"})


def _client(request: Request) -> str:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    try:
        client, _, secret = base64.b64decode(text).decode().partition(":")
    except ValueError:
        return ""
    return client if kind == "Basic" and secret and not secret.startswith("wrong") else ""
