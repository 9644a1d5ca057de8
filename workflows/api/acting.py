"""What the endpoints that act by hand share: who asks, how long the caller waits, and the answer."""

from __future__ import annotations

import hashlib
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from tenants.apikit import FieldError, Problem
from workflows.acts import Asked
from workflows.models import Trigger, WorkflowRun
from workflows.waiting import LONGEST_WAIT_S, wait_for

WAIT = OpenApiParameter(
    "wait",
    OpenApiTypes.INT,
    OpenApiParameter.QUERY,
    description=(
        f"Seconds to wait for the run to end, at most {LONGEST_WAIT_S}. If it ends in time the answer is 200 with its "
        "result, else 202 with where to look."
    ),
)


def asked_by(request: Request, actor: str, reason: str) -> Asked:
    """Who asks. The same Idempotency-Key is the same act, also after the kept answer is gone."""
    key = request.headers.get("Idempotency-Key", "")
    token = hashlib.sha256(f"{request.auth.pk}\n{key}".encode()).hexdigest() if key else ""
    return Asked(actor=actor, reason=reason, trigger=Trigger.API, token=token)


def seconds_to_wait(request: Request) -> float | None:
    """The parameter `wait`; None where it is not given. Raises Problem 400."""
    given = request.query_params.get("wait")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit()) or int(given) > LONGEST_WAIT_S:
        cure = f"Use whole seconds from 0 to {LONGEST_WAIT_S}."
        found = FieldError("wait", "This is not a time to wait.", cure)
        raise Problem(400, "validation", "A query parameter has errors.", errors=[found])
    return float(given)


def has_ended(run: WorkflowRun, seconds: float | None) -> bool:
    """Whether the run ends while the caller waits; without `seconds` nobody looks."""
    return seconds is not None and wait_for(run, seconds)


def run_answer(request: Request, run: WorkflowRun, body: Any, *, ended: bool) -> Response:
    """200 with the result or 202 with where to look."""
    where = reverse("run-detail", args=[run.pk], request=request)
    return Response(body, 200 if ended else 202, headers={"Location": where})
