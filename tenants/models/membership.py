from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models

from tenants.scoping import TenantModel, scoped_history


class Right(StrEnum):
    VIEW = "view"
    ACT = "act"
    ACT_MONEY = "act_money"
    SEE_PERSONAL_DATA = "see_personal_data"
    EDIT = "edit"
    PUBLISH = "publish"
    ADMINISTER = "administer"


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    CONNECTOR_EDITOR = "connector_editor", "Connector editor"
    PUBLISHER = "publisher", "Publisher"
    TENANT_ADMIN = "tenant_admin", "Tenant administrator"


RIGHTS: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({Right.VIEW}),
    Role.OPERATOR: frozenset({Right.VIEW, Right.ACT, Right.ACT_MONEY, Right.SEE_PERSONAL_DATA}),
    Role.CONNECTOR_EDITOR: frozenset({Right.VIEW, Right.EDIT}),
    Role.PUBLISHER: frozenset({Right.VIEW, Right.EDIT, Right.PUBLISH}),
    Role.TENANT_ADMIN: frozenset(Right),
}


class Membership(TenantModel):
    """A person's one role in a tenant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)

    history = scoped_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tenant"],
                name="one_membership_per_person",
                violation_error_message="This person is a member already; change the role there.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.get_username()}, {self.get_role_display()}"

    @property
    def rights(self) -> frozenset[str]:
        return RIGHTS.get(self.role, frozenset())

    def can(self, right: str) -> bool:
        """Raises ValueError for a right that does not exist, so that a typing error never denies silently."""
        return Right(right) in self.rights
