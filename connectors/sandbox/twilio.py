"""Twilio's Messages resource of one account, and the signed status callbacks of its messages.

Docs: twilio.com/docs/messaging/api/message-resource. Any Account SID and Auth Token are good until /account names a
token. What becomes of a message is told by the last digits of its number: …0403 is undelivered because the phone is off,
…0406 because it is a landline, …0610 has answered STOP; all others are delivered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response

Json = dict[str, Any]

_PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})(/Messages)?\.json")
_NUMBER = re.compile(r"\+[1-9][0-9]{5,14}")
_LONGEST = 1600
#: Status and error code by the last digits of the number.
_FATES = {"0403": ("undelivered", "30003"), "0406": ("undelivered", "30006")}
_TEXTS = {401: (20003, "Authenticate"), 404: (20404, "Not found"), 429: (20429, "Too Many Requests")}

controls = Router()


class Twilio(Vendor):
    slug = "twilio"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.tokens: dict[str, str] = {}
        self.messages: dict[str, Json] = {}
        self.repeats = 0
        self.sender = Sender(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        found, (name, token) = _PATH.fullmatch(request.path), _credentials(request)
        if not token or self.tokens.get(name, token) != token:
            return self.failure(401)
        if found is None or found[1] != name:
            return self.failure(404)
        if request.method == "GET" and not found[2]:
            return self.run(course, lambda: json_response(_account(name, token)))
        if request.method == "POST" and found[2]:
            return self.run(course, lambda: self._take(name, token, request))
        return self.failure(404)

    def failure(self, status: int) -> Response:
        return _refusal(*_TEXTS.get(status, (20500, f"Injected failure {status}")), status=status)

    def control(self, request: Request) -> Response:
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request, **found[1]))

    def close(self) -> None:
        self.sender.close()

    def tell(self, sid: str, status: str, code: str = "") -> Json:
        """Post one status callback, as often again as `repeats` says."""
        kept = self.messages[sid]
        kept |= {"status": status, "error_code": int(code) if code else None}
        form = {
            "AccountSid": kept["account_sid"],
            "ApiVersion": "2010-04-01",
            "From": kept["from"] or "",
            "MessageSid": sid,
            "MessageStatus": status,
            "SmsSid": sid,
            "SmsStatus": status,
            "To": kept["to"],
            **({"ErrorCode": code} if code else {}),
        }
        if kept["callback"]:
            for _ in range(1 + self.repeats):
                self.sender.send(_post(kept["callback"], form, kept["token"]))
        return form

    def _take(self, account: str, token: str, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        refused = next(_refusals(form), None)
        if refused:
            return _refusal(*refused)
        sid = f"SM{secrets.token_hex(16)}"
        told = _message(account, sid, form)
        callback = form.get("StatusCallback", "")
        self.messages[sid] = {**told, "callback": callback, "token": token}
        reference = parse_qs(urlsplit(callback).query).get("reference", [""])[-1]
        self.ledger.record(
            vendor=self.slug,
            operation="notify",
            identity=f"notify {reference or sid} {form['To']}",
            reference=reference,
            object=sid,
        )
        self.tell(sid, "sent")
        self.tell(sid, *_FATES.get(form["To"][-4:], ("delivered",)))
        return json_response(told, 201)


def _credentials(request: Request) -> tuple[str, str]:
    word, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, token) if word == "Basic" else ("", "")


def _refusals(form: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    to, text = form.get("To", ""), form.get("Body", "")
    if not _NUMBER.fullmatch(to):
        yield 21211, f"The 'To' number {to} is not a valid phone number."
    if not (form.get("From") or form.get("MessagingServiceSid")):
        yield 21212, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID."
    if len(text) > _LONGEST:
        yield 21617, "The concatenated message body exceeds the 1600 character limit."
    callback = form.get("StatusCallback")
    if callback and not urlsplit(callback).hostname:
        yield 21609, "The 'StatusCallback' URL is not a valid URL."
    if to.endswith("0610"):
        yield 21610, "Attempt to send to unsubscribed recipient"


def _refusal(code: int, text: str, *, status: int = 400) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json_response({"code": code, "message": text, "more_info": more, "status": status}, status)


def _account(sid: str, token: str) -> Json:
    return {"sid": sid, "friendly_name": "Sandbox", "status": "active", "type": "Full", "auth_token": token}


def _message(account: str, sid: str, form: Mapping[str, str]) -> Json:
    now, service = formatdate(usegmt=True), form.get("MessagingServiceSid")
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form.get("Body", ""),
        "date_created": now,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": service,
        "num_segments": "0" if service else "1",
        "sid": sid,
        "status": "accepted" if service else "queued",
        "to": form["To"],
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
    }


def _post(url: str, form: Mapping[str, str], token: str) -> Post:
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": digest}
    body = urlencode(form).encode()
    return Post(url=url, make=lambda now: (body, headers))


@controls.route("GET", "/messages")
def messages(vendor: Twilio, request: Request) -> Any:
    """What was sent, oldest first; filters: sid, to, status."""
    hidden, wanted = {"token"}, request.query
    shown = [{name: m[name] for name in m if name not in hidden} for m in vendor.messages.values()]
    return {"messages": [m for m in shown if all(str(m.get(name)) == wanted[name] for name in wanted)]}


@controls.route("POST", "/account")
def account(vendor: Twilio, request: Request) -> Any:
    """{"sid": "AC…", "token": "…"}: only this token is good for the account from then on."""
    data = request.json()
    vendor.tokens[data["sid"]] = data["token"]
    return {"sid": data["sid"]}


@controls.route("POST", "/callbacks")
def callbacks(vendor: Twilio, request: Request) -> Any:
    """{"repeats": 2, "retries": 3, "wait_ms": 200, "paused": true}: how status callbacks are sent."""
    data = request.json()
    vendor.repeats = data.pop("repeats", vendor.repeats)
    vendor.sender.configure(**data)
    return {"repeats": vendor.repeats, **vendor.sender.settings()}


@controls.route("POST", "/tell/{sid}")
def tell(vendor: Twilio, request: Request, sid: str) -> Any:
    """{"status": "undelivered", "code": "30003"}: a further status callback of a message."""
    if sid not in vendor.messages:
        raise ValueError(f"No message has the SID {sid}")
    data = request.json()
    return vendor.tell(sid, data["status"], data.get("code", ""))


@controls.route("GET", "/deliveries")
def deliveries(vendor: Twilio, request: Request) -> Any:
    """What became of each status callback."""
    return {"deliveries": list(vendor.sender.deliveries)}
