"""The page of an aggregate's versions: differences between any two, roll back, retire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse

from connectors.labels import labelled
from connectors.models import Connector, Publication, Publishable
from connectors.publishing import kind_of, retire
from connectors.references import references
from connectors.runtime import runtime
from connectors.versions import can_roll_back, changes, newest, roll_back, versions, with_changes
from tenants.adminkit import action

#: Versions on one page.
PAGE = 20
DRAFT = "draft"


class VersionsMixin:
    """For the ModelAdmin of a publishable: adds the page and its link, and retires instead of deleting."""

    actions_detail = ["versions"]

    @action(description="Versions", url_path="versions", permissions=["view"], icon="difference")
    def versions(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows, POST rolls the draft back or retires."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if request.method != "POST":
            return TemplateResponse(request, "admin/versions.html", _context(self, request, obj))
        if not self.has_publish_permission(request):
            raise PermissionDenied
        return _retire(self, request, obj) if "retire" in request.POST else _roll_back(self, request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was published is retired; runs and payments refer to it."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and not getattr(obj, "was_published", False)

    def reverse_to(self: Any, view: str, obj: Publishable) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}", args=[obj.pk])


def _context(model_admin: Any, request: HttpRequest, obj: Publishable) -> dict[str, Any]:
    last, kind = newest(obj), kind_of(obj)
    rows = with_changes(obj, _number(request, "before"), PAGE)
    numbers = list(versions(obj).values_list("number", flat=True))
    return {
        **model_admin.admin_site.each_context(request),
        "title": str(obj),
        "opts": obj._meta,
        "original": obj,
        "back": model_admin.reverse_to("change", obj),
        "last": last,
        "rows": [(row, labelled(kind, found)) for row, found in rows],
        "older": rows[-1][0].number if rows and rows[-1][0].number > min(numbers) else None,
        "draft": labelled(kind, changes(obj, last.number if last and not last.retired else 0, None)),
        "sides": [(DRAFT, "the draft"), *((str(number), f"version {number}") for number in numbers)],
        "compared": _compared(request, obj, numbers),
        "can_roll_back": can_roll_back(obj),
        "may_publish": model_admin.has_publish_permission(request),
        "used_by": _used_by(obj),
        "related": list(_related(obj)),
    }


def _compared(request: HttpRequest, obj: Publishable, numbers: Sequence[int]) -> dict[str, Any]:
    """The two sides that were asked for, with their differences. Raises Http404 for one that is not there."""
    latest = [*map(str, numbers[:2]), "0", "0"]
    old, new = request.GET.get("old", latest[1]), request.GET.get("new", latest[0])
    if not {"old", "new"} <= request.GET.keys():
        return {"old": old, "new": new}
    try:
        found = changes(obj, *(None if side == DRAFT else _whole(side) for side in (old, new)))
    except Publication.DoesNotExist:
        raise Http404 from None
    return {"old": old, "new": new, "differences": labelled(kind_of(obj), found), "shown": True}


def _number(request: HttpRequest, name: str) -> int | None:
    return _whole(request.GET[name]) if name in request.GET else None


def _whole(text: str | None) -> int:
    if not text or not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)


def _used_by(obj: Publishable) -> list[str]:
    """Published uses of a connector, so that nobody retires one without seeing them."""
    if not isinstance(obj, Connector):
        return []
    names = {obj.name.lower(), obj.type.lower()}
    mine = obj.connector_id.lower()
    return [
        item.where
        for item in references(runtime(obj.tenant_id))
        if item.object_id == obj.pk
        or (item.name.lower() in names and item.connector_id.lower() in {"", mine})
    ]


def _related(obj: Publishable) -> Iterator[tuple[str, str]]:
    """Publishables that this one points to, such as a payment method's connector, which have versions of their own."""
    for field in obj._meta.concrete_fields:
        model: Any = field.related_model
        if isinstance(model, type) and issubclass(model, Publishable):
            other = getattr(obj, field.name)
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_versions"
            try:
                yield f"{field.verbose_name} {other}", reverse(name, args=[other.pk])
            except NoReverseMatch:
                continue


def _retire(model_admin: Any, request: HttpRequest, obj: Publishable) -> HttpResponse:
    retire(obj, user=request.user, comment=request.POST.get("comment", "")[:500])
    messages.success(request, f"{obj} is retired: it ends what it began and takes nothing new.")
    return redirect(model_admin.reverse_to("versions", obj))


def _roll_back(model_admin: Any, request: HttpRequest, obj: Publishable) -> HttpResponse:
    number = _whole(request.POST.get("number"))
    try:
        roll_back(obj, number, request.user)
    except (Publication.DoesNotExist, TypeError):
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, f"Nothing was rolled back: {' '.join(error.messages)}")
        return redirect(model_admin.reverse_to("versions", obj))
    messages.success(request, f"The draft is as version {number} was. Look at it, then publish.")
    return redirect(model_admin.reverse_to("change", obj))
