"""What Django answers outside of any view, as problems for callers of the API and as pages for people."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from tenants.apikit.problems import CONTENT_TYPE, Problem, as_problem, document, request_id

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, as_problem(exception))
    return _answer(request, Problem(400, "malformed", "The request is not well formed."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return _answer(request, Problem(404, "not-found", "There is nothing here."))


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return _answer(request, as_problem(RuntimeError()))


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    headers = {"X-Request-Id": request_id(request)}
    body = document(problem, request)
    return JsonResponse(body, status=problem.status_code, content_type=CONTENT_TYPE, headers=headers)
