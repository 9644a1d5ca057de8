from __future__ import annotations

from typing import Any

from django.db.models import F, UniqueConstraint
from unfold import admin as skin
from unfold.forms import PaginationInlineFormSet

from tenants.adminkit.forms import OwnChoicesMixin, TenantForm
from tenants.adminkit.rights import RightsMixin


class DistinctFormSet(PaginationInlineFormSet):
    """Also two rows that are sent together may not be the same, in any case, where the database would refuse it."""

    def clean(self) -> None:
        super().clean()
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.expressions:
                self._refuse_doubles(constraint)

    def _refuse_doubles(self, constraint: UniqueConstraint) -> None:
        names = [_field_of(expression) for expression in constraint.expressions]
        own = [name for name in names if name in self.form.base_fields]
        seen: set[tuple[str, ...]] = set()
        for form in self.forms:
            if not own or form in self.deleted_forms or (not form.has_changed() and form.instance.pk is None):
                continue
            key = tuple(str(form.cleaned_data.get(name, "")).strip().casefold() for name in own)
            if key in seen:
                form.add_error(own[0], str(constraint.violation_error_message))
            seen.add(key)


def _field_of(expression: Any) -> str:
    """The field under an expression such as Lower("key")."""
    while not isinstance(expression, F):
        expression = expression.get_source_expressions()[0]
    name: str = expression.name  # type: ignore[attr-defined]
    return name


class TabularInline(RightsMixin, OwnChoicesMixin, skin.TabularInline):
    """The skin's title above each row is left out: it says again what the row says."""

    form = TenantForm
    formset = DistinctFormSet
    extra = 0
    hide_title = True


class StackedInline(RightsMixin, OwnChoicesMixin, skin.StackedInline):
    form = TenantForm
    extra = 0


class OneRowInline(StackedInline):
    """The one row of a one-to-one relation, as a tab of its own."""

    tab = True
    min_num = max_num = 1
    can_delete = False
    hide_title = True
