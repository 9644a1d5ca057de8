from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.models import Right


def may(request: HttpRequest, right: str) -> bool:
    """Whether the person has this right in the tenant of the session. Raises ValueError for an unknown right."""
    return Right(right) in getattr(request, "rights", ())


class RightsMixin:
    """Membership rights instead of Django's model permissions, for ModelAdmins and inlines alike.

    Actions name a right in their `permissions`: `@action(permissions=["publish"])`.
    """

    view_right = Right.VIEW
    edit_right = Right.EDIT

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.view_right) or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.edit_right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.edit_right)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.edit_right)

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.ACT)

    def has_act_money_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.ACT_MONEY)

    def has_see_personal_data_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.SEE_PERSONAL_DATA)

    def has_edit_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.EDIT)

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.PUBLISH)

    def has_administer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.ADMINISTER)
