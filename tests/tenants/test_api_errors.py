"""What is answered where no view of ours ran: with the real addresses."""

import json

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory

from tenants.apikit.errors import bad_request, server_error


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return json.loads(answer.content)


@pytest.mark.django_db
def test_an_unknown_address_of_the_api_is_a_problem_and_elsewhere_a_page():
    body = problem(Client().get("/api/v1/nothing/", headers={"X-Request-Id": "caller-id-1"}), 404)
    assert (body["detail"], body["request_id"]) == ("There is nothing here.", "caller-id-1")
    assert Client().get("/nothing/")["Content-Type"].startswith("text/html")


def test_a_refused_or_failed_request_tells_no_internals():
    request = RequestFactory().get("/api/v1/orders/")
    refused = bad_request(request, SuspiciousOperation("Invalid HTTP_HOST header: 'evil'"))
    assert b"evil" not in refused.content
    problem(refused, 400)
    problem(server_error(request), 500)
    page = RequestFactory().get("/admin/")
    assert server_error(page)["Content-Type"].startswith("text/html")
    assert bad_request(page, SuspiciousOperation("x"))["Content-Type"].startswith("text/html")
