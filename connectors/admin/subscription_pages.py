"""What is done with a subscription besides editing it: a test, sending again, a new secret. GET asks, POST does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from connectors.admin.subscriptions import issued
from connectors.models import EventSubscription
from connectors.subscriptions import replaying
from connectors.subscriptions.keys import rotate
from connectors.subscriptions.pruning import check_since
from tenants.adminkit import OneOfField, may, register_admin_url
from tenants.models import Right

_DEFAULT_SINCE = timedelta(days=1)


class AgainForm(forms.Form):
    what = OneOfField(
        label="What",
        choices=[
            ("failed", "What was given up"),
            ("missed", "What it missed: events that were not sent to it, such as while it was off"),
        ],
    )
    since = forms.DateTimeField(
        label="Since",
        help_text="Such as 2026-05-03 14:00, in UTC.",
        widget=forms.DateTimeInput(
            attrs={"class": "border border-base-200 rounded-default px-3 py-2 dark:bg-base-900"}
        ),
    )

    def clean_since(self) -> datetime:
        try:
            return check_since(self.cleaned_data["since"])
        except ValueError as error:
            raise forms.ValidationError(f"This is not possible: {error}") from None


def test_page(request: HttpRequest, pk: int) -> HttpResponse:
    subscription = _subscription(request, pk, Right.ACT)
    result = replaying.send_test(subscription) if request.method == "POST" else None
    return _page(request, subscription, "test", result=result)


def again_page(request: HttpRequest, pk: int) -> HttpResponse:
    subscription = _subscription(request, pk, Right.ACT)
    since = (timezone.now() - _DEFAULT_SINCE).strftime("%Y-%m-%d %H:%M")
    form = AgainForm(request.POST or None, initial={"what": "failed", "since": since})
    if request.method == "POST" and form.is_valid():
        do = replaying.replay_failed if form.cleaned_data["what"] == "failed" else replaying.send_missed
        _again(request, do, subscription, form.cleaned_data["since"])
        return redirect("admin:connectors_eventsubscription_change", pk)
    return _page(request, subscription, "again", form=form)


def secret_page(request: HttpRequest, pk: int) -> HttpResponse:
    subscription = _subscription(request, pk, Right.PUBLISH)
    if request.method == "POST":
        page = admin.site.get_model_admin(EventSubscription)
        return issued(page, request, subscription, rotate(subscription, request.user))
    return _page(request, subscription, "renew")


def _again(
    request: HttpRequest, do: Callable[..., int], subscription: EventSubscription, since: datetime
) -> None:
    try:
        found = do(subscription, since)
    except replaying.NotSent as error:
        messages.error(request, str(error))
        return
    words = (
        f"{found} message{'' if found == 1 else 's'} will be sent" if found else "There was nothing to send"
    )
    messages.success(request, f"{words}.")


def _subscription(request: HttpRequest, pk: int, right: Right) -> EventSubscription:
    if not may(request, right):
        raise PermissionDenied
    row = EventSubscription.objects.select_related("tenant", "secret", "former_secret").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _page(request: HttpRequest, subscription: EventSubscription, name: str, **more: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": subscription.name,
        "opts": subscription._meta,
        "original": subscription,
        **more,
    }
    return TemplateResponse(request, f"admin/connectors/subscriptions/{name}.html", context)


_BELOW = "connectors/eventsubscription/<int:pk>"
register_admin_url(f"{_BELOW}/send-test/", "event-subscription-test", test_page)
register_admin_url(f"{_BELOW}/send-again/", "event-subscription-again", again_page)
register_admin_url(f"{_BELOW}/new-secret/", "event-subscription-secret", secret_page)
