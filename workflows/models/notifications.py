"""What merchants tell their customers: the templates of messages."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, validate_email
from django.db import models
from django.db.models.functions import Lower

from tenants.models import Market
from tenants.models.market import LANGUAGE
from tenants.scoping import TenantModel, scoped_history
from workflows.models.chart import validate_names
from workflows.notifications.hours import Hours
from workflows.steps.text import refusal, unknown_fields

#: Minutes of ninety days.
LONGEST_DELAY = 90 * 24 * 60


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    WEBHOOK = "webhook", "Webhook"


class FallbackWhen(models.TextChoices):
    """What has to be certain before another message takes a message's place; an outcome that is not known never will do."""

    NOT_SENT = "not_sent", "It was surely not sent"
    NOT_DELIVERED = "not_delivered", "It was not sent, or is reported as not delivered"


class NotificationTemplate(TenantModel):
    """One text for customers. It is in force as soon as it is saved; a message that is under way keeps its text."""

    name = models.CharField(max_length=100, help_text="Steps may ask for it by this name, in any case.")
    is_active = models.BooleanField("active", default=True, help_text="Switch off to stop using it.")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    connector = models.CharField(
        max_length=200,
        blank=True,
        help_text="Name of the connector that sends it, such as LinkMobility; empty takes the step's.",
    )
    statuses = models.JSONField(
        "order statuses",
        default=list,
        blank=True,
        validators=[validate_names],
        help_text="Used by Notification steps of these statuses; with none, only by steps that name it.",
    )
    order_type = models.CharField(max_length=80, blank=True, help_text="Empty means all order types.")
    markets = models.ManyToManyField(
        Market, blank=True, related_name="+", help_text="Empty means all markets."
    )
    language = models.CharField(
        max_length=6,
        blank=True,
        validators=[LANGUAGE],
        help_text="Only for markets of this language, such as nb or en-GB; empty means all.",
    )
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True, help_text="What mail programs without HTML show, or the SMS.")
    html = models.TextField("HTML", blank=True, help_text="Order fields are escaped here.")
    vendor_template = models.CharField(
        "template id at the vendor",
        max_length=100,
        blank=True,
        help_text="Such as that of a SendGrid dynamic template; the vendor then writes the message.",
    )
    sender = models.CharField(
        "from",
        max_length=254,
        blank=True,
        help_text="An address, or for SMS a name, short number or phone number; empty uses the connector's own.",
    )
    reply_to = models.EmailField("reply to", blank=True)
    delay_minutes = models.PositiveIntegerField(
        "delay (minutes)",
        default=0,
        validators=[MaxValueValidator(LONGEST_DELAY)],
        help_text="How long it waits after its step. What it says is written when it goes out.",
    )
    opens = models.TimeField(
        null=True, blank=True, help_text="It goes out from this time on, as clocks show at the market."
    )
    closes = models.TimeField(
        null=True, blank=True, help_text="From this time on it waits for the next opening."
    )
    open_days = models.JSONField(
        "days", default=list, blank=True, help_text="Days on which it goes out; none means every day."
    )
    only_in_status = models.BooleanField(
        "drop when the order has moved on",
        default=False,
        help_text="A message that waited is not sent once the order has another status.",
    )
    fallback = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The template that is sent in its place, such as a mail for an SMS.",
    )
    fallback_when = models.CharField(
        "fallback when", max_length=13, choices=FallbackWhen, default=FallbackWhen.NOT_SENT
    )

    history = scoped_history(m2m_fields=[markets])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="notification_template_name",
                violation_error_message="Another notification template has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for order fields that do not exist and for what a message of this kind lacks."""
        errors: dict[str, list[str]] = {}
        for field, problem in [*self._unknown(), *self._missing(), *self._unfit()]:
            errors.setdefault(field, []).append(problem)
        if errors:
            raise ValidationError(errors)
        super().clean()

    @property
    def usable_fallback(self) -> NotificationTemplate | None:
        return self.fallback if self.fallback is not None and self.fallback.is_active else None

    @property
    def hours(self) -> Hours:
        return Hours(opens=self.opens, closes=self.closes, days=tuple(self.open_days))

    def _unknown(self) -> Iterator[tuple[str, str]]:
        for field in ("subject", "text", "html"):
            for name in unknown_fields(getattr(self, field), html=field == "html"):
                yield field, refusal(name)

    def _unfit(self) -> Iterator[tuple[str, str]]:
        if self.sender and self.channel == Channel.EMAIL:
            try:
                validate_email(self.sender)
            except ValidationError:
                yield "sender", "Enter a valid email address."
        if self.opens and self.closes and self.closes <= self.opens:
            yield "closes", "Enter a time after the opening; hours over midnight are not possible."
        if not set(self.open_days) <= set(range(1, 8)):
            yield "open_days", "Use the days 1 (Monday) to 7 (Sunday)."
        seen: set[int | None] = {self.pk}
        other = self.fallback
        while other is not None:
            if other.pk in seen:
                yield "fallback", "Fallbacks lead back to this template; choose one that does not."
                return
            seen.add(other.pk)
            other = other.fallback

    def _missing(self) -> Iterator[tuple[str, str]]:
        if self.vendor_template:
            return
        if not self.text.strip():
            yield "text", "Write the text of the message, or give a template id at the vendor."
        if self.channel == Channel.EMAIL and not self.subject.strip():
            yield "subject", "A mail needs a subject, unless it has a template id at the vendor."
