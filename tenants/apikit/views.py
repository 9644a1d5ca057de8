from __future__ import annotations

from contextlib import ExitStack
from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from tenants.apikit import idempotency
from tenants.apikit.authentication import ApiKeyAuthentication, HasScope
from tenants.apikit.pagination import Pagination
from tenants.apikit.parsing import StrictJSONParser
from tenants.apikit.problems import Problem, request_id
from tenants.apikit.throttling import throttle
from tenants.models import ApiKey, IdempotencyRecord
from tenants.request_ids import named
from tenants.scoping import tenant_scope

MEBIBYTE = 1024 * 1024


class ApiView(APIView):
    """Holds the scope of the key's tenant open around the whole request, up to and with the rendered answer.

    `scopes` maps a method or a viewset's action to the key's scope that it needs: {"GET": "orders:read"}. Answers of a
    view that does not keep them are not stored under an Idempotency-Key: asking again asks anew.
    """

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [HasScope]
    parser_classes = [StrictJSONParser]
    scopes: ClassVar[dict[str, str]] = {}
    max_body = MEBIBYTE
    keeps_answers: ClassVar[bool] = True

    _open: ExitStack
    _record: IdempotencyRecord | None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._record = None
        with ExitStack() as self._open, named(request_id(request)):
            response = None
            try:
                response = _rendered(super().dispatch(request, *args, **kwargs))
            finally:
                if self._record is not None:
                    idempotency.finish(self._record, response)
        response["X-Request-Id"] = request_id(request)
        return response

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if isinstance(request.auth, ApiKey):
            request._request.tenant = request.auth.tenant  # type: ignore[attr-defined]
            self._open.enter_context(tenant_scope(request.auth.tenant))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404  # such as no database can look for
        if isinstance(request.auth, ApiKey):
            throttle.check(request.auth)
        self._refuse_large(request)
        keeps = self.keeps_answers and isinstance(request.auth, ApiKey)
        self._record = idempotency.begin(request) if keeps else None

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, idempotency.Replay):
            return exc.response
        return super().handle_exception(exc)

    @property
    def drawn_before(self) -> str:
        """What a former try of this request has noted before it came to no answer; empty for none."""
        return self._record.note if self._record is not None else ""

    def note(self, text: str) -> None:
        """Remember, under the Idempotency-Key if there is one, what this request has drawn and is about to use."""
        idempotency.note(self._record, text)

    def _refuse_large(self, request: Request) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > self.max_body:
            raise Problem(413, "too-large", f"The body has {length} bytes; send at most {self.max_body}.")


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Rendering may still read rows, which needs the scope."""
    return response.render() if isinstance(response, Response) and not response.is_rendered else response


class ApiViewSet(ApiView, GenericViewSet):
    pagination_class = Pagination
