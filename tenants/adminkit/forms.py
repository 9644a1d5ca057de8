from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from unfold import forms as skin_forms
from unfold import widgets as skin_widgets

from tenants.adminkit.json_field import JsonField, JsonInput
from tenants.models import Membership
from tenants.scoping import TenantModel


def newest_change(row: Any) -> str:
    """What tells whether somebody saved the row since; "" for rows without a history."""
    if not hasattr(row, "history"):
        return ""
    return str(row.history.order_by("-history_id").values_list("history_id", flat=True).first() or "")


class TenantForm(forms.ModelForm):
    """The form of every TenantModel: takes the tenant in scope before validating, so that unique codes are checked.

    Fields that a form adds look like those of the model. `also_written` names those that work in the background writes
    too: one that the person left alone stays as it is now, whatever it was when the form was opened.
    """

    also_written: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.declared_fields:
            if name in self.fields:
                _dress(self.fields[name])
        for name in self.also_written:
            if name in self.fields and self.instance.pk:
                self.fields[name].show_hidden_initial = True

    def clean(self) -> Any:
        """What somebody else saved since the form was opened is not overwritten unseen; saving again is on purpose."""
        cleaned = super().clean()
        seen = self.data.get("_seen") if self.prefix is None and self.instance.pk else None
        if seen and seen != newest_change(self.instance):
            who = getattr(self.instance.history.latest().history_user, "username", "somebody")
            raise ValidationError(
                f"Nothing was saved: {who} changed this {self.instance._meta.verbose_name} while you edited it."
                " Look at its History; save again to have it as you typed it."
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"tenant"}

    def _post_clean(self) -> None:
        if isinstance(self.instance, TenantModel):
            self.instance.adopt_tenant()
        for name in self.also_written:
            if self.instance.pk and name in self.cleaned_data and name not in self.changed_data:
                self.cleaned_data[name] = getattr(self.instance, name)
        super()._post_clean()


_SKIN: dict[type[forms.Widget], type[forms.Widget]] = {
    forms.TextInput: skin_widgets.UnfoldAdminTextInputWidget,
    forms.Textarea: skin_widgets.UnfoldAdminTextareaWidget,
    forms.Select: skin_widgets.UnfoldAdminSelectWidget,
    forms.CheckboxInput: skin_widgets.UnfoldBooleanSwitchWidget,
}


def _dress(field: Any) -> None:
    """Give a field the skin's widget instead of Django's own."""
    skin = _SKIN.get(type(field.widget))
    if skin is None:
        return
    field.widget = skin(attrs=field.widget.attrs)
    field.widget.is_required = field.required
    if hasattr(field, "choices"):
        field.choices = field.choices


class OwnChoicesMixin:
    """Drop-downs of people offer the tenant's members only; those of TenantModels are scoped by their managers.
    Lists of rows are chosen from a search box."""

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.JSONField):
            kwargs.setdefault("form_class", partial(JsonField, nothing=db_field.get_default))
            kwargs.setdefault("widget", JsonInput())
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.related_model is get_user_model() and "queryset" not in kwargs:
            members = Membership.objects.values("user")
            kwargs["queryset"] = get_user_model()._default_manager.filter(pk__in=members)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> Any:
        widget = skin_widgets.UnfoldAdminSelect2MultipleWidget({"style": "width: 100%"})
        classes = widget.attrs["class"]
        field = super().formfield_for_manytomany(db_field, request, widget=widget, **kwargs)
        if field is not None:
            field.widget.attrs["class"] = classes  # the skin puts those of a plain select there
            field.help_text = db_field.help_text
        return field


class UserForms:
    """The skin's forms for creating people and changing their passwords."""

    form = skin_forms.UserChangeForm
    add_form = skin_forms.UserCreationForm
    change_password_form = skin_forms.AdminPasswordChangeForm


class WordsField(forms.Field):
    """A list of texts, written with spaces or line ends between them."""

    widget = skin_widgets.UnfoldAdminTextareaWidget(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return str(value or "").replace(",", " ").split()


class NamesField(WordsField):
    """A list of names that may hold spaces, written with commas or line ends between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        names = str(value or "").replace("\n", ",").split(",")
        return [name.strip() for name in names if name.strip()]


class OneOfField(forms.ChoiceField):
    """One of a list of texts; `choices` may be set when the form is made."""

    widget = skin_widgets.UnfoldAdminSelectWidget


class SeveralOfField(forms.MultipleChoiceField):
    """Any number of a list of texts, as boxes to tick."""

    widget = skin_widgets.UnfoldAdminCheckboxSelectMultipleWidget


class ManyOfField(forms.MultipleChoiceField):
    """Any number of a long list of texts, chosen from a search box."""

    def __init__(self, **options: Any) -> None:
        widget = skin_widgets.UnfoldAdminSelect2MultipleWidget({"style": "width: 100%"})
        super().__init__(widget=widget, **options)


class LineField(forms.CharField):
    """One line of text in a form of one's own."""

    widget = skin_widgets.UnfoldAdminTextInputWidget
