from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from unfold import forms as skin_forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from tenants.models import Membership
from tenants.scoping import TenantModel


class TenantForm(forms.ModelForm):
    """The form of every TenantModel: takes the tenant in scope before validating, so that unique codes are checked."""

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"tenant"}

    def _post_clean(self) -> None:
        if isinstance(self.instance, TenantModel):
            self.instance.adopt_tenant()
        super()._post_clean()


class OwnChoicesMixin:
    """Drop-downs of people offer the tenant's members only; those of TenantModels are scoped by their managers."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.related_model is get_user_model() and "queryset" not in kwargs:
            members = Membership.objects.values("user")
            kwargs["queryset"] = get_user_model()._default_manager.filter(pk__in=members)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class UserForms:
    """The skin's forms for creating people and changing their passwords."""

    form = skin_forms.UserChangeForm
    add_form = skin_forms.UserCreationForm
    change_password_form = skin_forms.AdminPasswordChangeForm


class WordsField(forms.Field):
    """A list of texts, written with spaces or line ends between them."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return str(value or "").replace(",", " ").split()


class OneOfField(forms.ChoiceField):
    """One of a list of texts; `choices` may be set when the form is made."""

    widget = UnfoldAdminSelectWidget


class SeveralOfField(forms.MultipleChoiceField):
    """Any number of a list of texts, as boxes to tick."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget


class LineField(forms.CharField):
    """One line of text in a form of one's own."""

    widget = UnfoldAdminTextInputWidget
