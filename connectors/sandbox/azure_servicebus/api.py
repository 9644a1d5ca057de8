"""The way of a call through Service Bus: token, queue, message."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from connectors.sandbox.azure_servicebus.queues import Message, Queue
from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response

LARGEST = 256 * 1024
_SCHEME = "SharedAccessSignature "

calls, controls = Router(), Router()


class BusError(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status

    def response(self) -> Response:
        body = (
            f"<Error><Code>{self.status}</Code><Detail>{self} TrackingId:{time.time_ns():x}</Detail></Error>"
        )
        return Response(self.status, body.encode(), "application/xml; charset=utf-8")


class AzureServiceBus(Vendor):
    slug = "azure-servicebus"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.queues: dict[str, Queue] = {}
        self.policies: dict[str, dict[str, Any]] = {}

    def serve(self, request: Request, course: Course) -> Response:
        try:
            found = calls.find(request.method, request.path)
            if found is None:
                raise BusError(404, "The requested resource does not exist. SubCode=40400.")
            handler, names = found
            self._admit(request, "Send" if handler is send else "Listen")
            return self.run(course, lambda: self._done(handler, request, names))
        except BusError as error:
            return error.response()

    def failure(self, status: int) -> Response:
        return BusError(status, f"Injected failure {status}. SubCode={status}00.").response()

    def control(self, request: Request) -> Response:
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request, **found[1]))

    def queue(self, name: str) -> Queue:
        return self.queues.setdefault(name.lower(), Queue(name))

    def _done(self, handler: Any, request: Request, names: Any) -> Response:
        try:
            response: Response = handler(self, request, **names)
        except BusError as error:
            return error.response()
        return response

    def _admit(self, request: Request, claim: str) -> None:
        """The token is signed with the policy's key, not over, and of a policy that may do this."""
        header = request.headers.get("authorization", "")
        token = dict(parse_qsl(header.removeprefix(_SCHEME)))
        if not header.startswith(_SCHEME) or not {"sr", "sig", "se", "skn"} <= token.keys():
            raise BusError(401, "MissingToken: authorization header not found. SubCode=40102.")
        if not token["se"].isdecimal() or int(token["se"]) < time.time():
            raise BusError(401, "ExpiredToken: the token is expired. SubCode=40105.")
        policy = self.policies.get(token["skn"])
        if self.policies and (policy is None or not _is_signed(token, policy["key"])):
            raise BusError(401, "InvalidSignature: The token has an invalid signature. SubCode=40103.")
        if policy is not None and claim not in policy.get("claims", [claim]):
            raise BusError(401, f"Unauthorized access. '{claim}' claim(s) are required. SubCode=40100.")


@calls.route("POST", "/{queue}/messages")
def send(bus: AzureServiceBus, request: Request, queue: str) -> Response:
    if len(request.body) > LARGEST:
        raise BusError(403, "The message is larger than 262144 bytes. SubCode=40300.")
    try:
        properties = json.loads(request.headers.get("brokerproperties", "{}"))
    except ValueError:
        raise BusError(400, "The BrokerProperties header is no JSON. SubCode=40000.") from None
    kind = request.headers.get("content-type", "")
    message = bus.queue(queue).send(properties.pop("MessageId", ""), request.body, kind, properties)
    if message is not None:
        _note(bus, queue, message)
    return Response(201, content_type="application/xml; charset=utf-8")


@calls.route("POST", "/{queue}/messages/head")
def peek_lock(bus: AzureServiceBus, request: Request, queue: str) -> Response:
    message = bus.queue(queue).lock()
    if message is None:
        return Response(204)
    place = f"{bus.url}/{bus.slug}/{queue}/messages/{message.sequence}/{message.lock_token}"
    headers = {"BrokerProperties": json.dumps(message.shown()), "Location": place}
    return Response(201, message.body, message.content_type or "application/json", headers)


@calls.route("DELETE", "/{queue}/messages/{key}/{token}")
def complete(bus: AzureServiceBus, request: Request, queue: str, key: str, token: str) -> Response:
    message = _held(bus, queue, key, token)
    bus.queue(queue).complete(message)
    return Response(200)


@calls.route("PUT", "/{queue}/messages/{key}/{token}")
def unlock(bus: AzureServiceBus, request: Request, queue: str, key: str, token: str) -> Response:
    _held(bus, queue, key, token).locked_until = 0
    return Response(200)


@calls.route("POST", "/{queue}/messages/{key}/{token}")
def renew(bus: AzureServiceBus, request: Request, queue: str, key: str, token: str) -> Response:
    _held(bus, queue, key, token).locked_until = time.monotonic() + bus.queue(queue).lock_s
    return Response(200)


@controls.route("POST", "/queues/{name}")
def settle_queue(bus: AzureServiceBus, request: Request, name: str) -> Any:
    """{"lock_s": 0.5, "max_deliveries": 3, "window_s": 0}"""
    queue = bus.queue(name)
    for field, value in request.json().items():
        setattr(queue, field, value)
    return queue.shown()


@controls.route("GET", "/queues/{name}")
def read_queue(bus: AzureServiceBus, request: Request, name: str) -> Any:
    return bus.queue(name).shown()


@controls.route("POST", "/queues/{name}/messages")
def put(bus: AzureServiceBus, request: Request, name: str) -> Any:
    """{"id": "m-1", "body": {an order}}, or "text" for what is no JSON: as another system would send it."""
    data = request.json()
    body = data["text"].encode() if "text" in data else json.dumps(data["body"]).encode()
    bus.queue(name).send(data.get("id", ""), body, "application/json", {})
    return bus.queue(name).shown()


@controls.route("POST", "/queues/{name}/expire")
def expire(bus: AzureServiceBus, request: Request, name: str) -> Any:
    bus.queue(name).expire()
    return bus.queue(name).shown()


@controls.route("POST", "/policies")
def policies(bus: AzureServiceBus, request: Request) -> Any:
    """{"name": "orders", "key": "…", "claims": ["Send", "Listen"]}; without claims it may do everything."""
    data = request.json()
    bus.policies[data["name"]] = data
    return {}


def _held(bus: AzureServiceBus, queue: str, key: str, token: str) -> Message:
    message = bus.queue(queue).held(key, token)
    if message is None:
        raise BusError(404, "The lock supplied is invalid, or the message was removed. SubCode=40400.")
    return message


def _note(bus: AzureServiceBus, queue: str, message: Message) -> None:
    """An order may be sent once for each of its statuses."""
    try:
        value = json.loads(message.body).get("Value") or {}
    except (ValueError, AttributeError):
        value = {}
    number = str(value.get("number", "")) or message.message_id
    bus.ledger.record(
        vendor=bus.slug,
        operation="export",
        identity=" ".join(filter(None, ("export", queue, number, str(value.get("status", ""))))),
        key=message.message_id,
        reference=number,
        object=str(message.sequence),
        account=queue,
    )


def _is_signed(token: dict[str, str], key: str) -> bool:
    signed = f"{quote_plus(token['sr'])}\n{token['se']}".encode()
    wanted = base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted, token["sig"])
