"""(b)'s front door: one view that moves an order and enqueues its run, as a team would write it with Django.

`gunicorn tests.bench.byhand_web` in (b)'s environment; POST /orders/NUMBER/status/ with {"status": "Go"}.
"""

from __future__ import annotations

import json
import os
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

from tests.bench.byhand_app import run

_place = urlsplit(os.environ["BYHAND_DATABASE"])
settings.configure(
    SECRET_KEY="of the benchmark only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _place.path.lstrip("/"),
            "USER": _place.username,
            "HOST": _place.hostname,
            "PORT": _place.port,
            "CONN_MAX_AGE": 60,
        }
    },
)
django.setup()


def move(request: HttpRequest, number: int) -> JsonResponse:
    status = json.loads(request.body)["status"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT status FROM byhand_order WHERE id = %s FOR UPDATE", [number])
        (before,) = cursor.fetchone()
        cursor.execute(
            "UPDATE byhand_order SET status = %s, moved_at = now() WHERE id = %s", [status, number]
        )
    run.delay(number)
    answer = JsonResponse({"number": number, "status": status, "before": before}, status=202)
    answer["Content-Length"] = len(answer.content)
    return answer


urlpatterns = [path("orders/<int:number>/status/", move)]
application = get_wsgi_application()
