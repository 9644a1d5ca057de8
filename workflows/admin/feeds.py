from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from tenants.adminkit import ReadOnlyAdmin, UncountedPaginator, action, badge, display, link, link_to, may
from tenants.models import Right
from workflows.admin.scheduled_runs import COLOURS
from workflows.feeds.addresses import address_of, renew
from workflows.models import FeedProblem, ProductFeed, ScheduledTask
from workflows.recent_connectors import recent_connectors

_COLOURS = {"served": "success", "closed": "warning", "none": "info"}
_READING = {"taken": "success", "failed": "danger", "unknown": "warning"}


@admin.register(ProductFeed)
class ProductFeedAdmin(ReadOnlyAdmin):
    """The address lets anybody read the file, so that only those see it who may publish."""

    first_tab = "Feed"
    nothing = (
        "A product feed is made by a scheduled task GenerateFeeds, whose connector says for which market, language and "
        "currency; for Google that is a connector of the type Google Feeds."
    )
    list_display = ["feed", "what", "shown_state", "made_at", "items", "left_out", "remarked", "fetched_at"]
    list_select_related = ["connector", "current"]
    list_display_links = ["feed"]
    sortable_by: list[str] = []
    actions = ["serve", "close", "give_new_address"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "connector",
                    "what",
                    "shown_state",
                    "address",
                    "made_at",
                    "tasks",
                    "counts",
                    "missing",
                    "fetched",
                    "told",
                ]
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductFeed]:
        return super().get_queryset(request).select_related("connector", "current")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = set() if may(request, Right.PUBLISH) else {"address"}
        return [
            (name, {**rest, "fields": [field for field in rest["fields"] if field not in hidden]})
            for name, rest in self.fieldsets or []
        ]

    @admin.display(description="Feed")
    def feed(self, obj: ProductFeed) -> str:
        return str(obj)

    @admin.display(description="Market, language, currency, format")
    def what(self, obj: ProductFeed) -> str:
        config = recent_connectors(obj.tenant_id).get(obj.connector_id)
        if config is None or config.values is None:
            return "The connector cannot be used"
        names = ("market", "language", "currency", "format")
        return ", ".join(str(getattr(config.values, name)) for name in names if hasattr(config.values, name))

    @display(description="State", label=_COLOURS)
    def shown_state(self, obj: ProductFeed) -> tuple[str, str]:
        if obj.current is None:
            return "none", "Not made yet"
        return ("served", "Served") if obj.is_served else ("closed", "Closed")

    @admin.display(description="Secret address")
    def address(self, obj: ProductFeed) -> str:
        if obj.current is None:
            return "There is no file yet; run the scheduled task."
        url = address_of(obj, obj.current.extension)
        return format_html(
            '<code class="break-all">{}</code> {}<p class="pt-1">Whoever has it can read the file. '
            "Give a new address, in the list, when it has come into wrong hands.</p>",
            url,
            link(url, "Download", new_tab=True),
        )

    @admin.display(description="File made")
    def made_at(self, obj: ProductFeed) -> Any:
        moment = obj.current.finished_at if obj.current else None
        return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else None

    @admin.display(description="Made by")
    def tasks(self, obj: ProductFeed) -> str:
        """The scheduled tasks, with their latest run."""
        rows = ScheduledTask.objects.filter(connector_id=obj.connector_id, type="GenerateFeeds")
        lines = [(link_to(task), _latest_run(task)) for task in rows]
        shown = format_html_join("", "<div>{}: {}</div>", lines)
        return shown or "No scheduled task GenerateFeeds has this connector; make one."

    @admin.display(description="In the file")
    def items(self, obj: ProductFeed) -> Any:
        return obj.current.items if obj.current else None

    @admin.display(description="Left out")
    def left_out(self, obj: ProductFeed) -> Any:
        return obj.current.left_out if obj.current else None

    @admin.display(description="With remarks")
    def remarked(self, obj: ProductFeed) -> Any:
        return obj.current.remarked if obj.current else None

    @admin.display(description="Products")
    def counts(self, obj: ProductFeed) -> str:
        build = obj.current
        if build is None:
            return "-"
        every = f"{reverse('admin:workflows_feedproblem_changelist')}?{urlencode({'feed': obj.pk})}"
        told = f"{build.items} of {build.products} in the file, {build.left_out} left out, {build.remarked} with remarks"
        return format_html("{}, {} kB. {}", told, f"{build.size / 1000:,.0f}", link(every, "Which, and why"))

    @admin.display(description="What is missing")
    def missing(self, obj: ProductFeed) -> str:
        found = obj.current.missing if obj.current else {}
        lines = format_html_join("", "<li><code>{}</code>: {} products</li>", found.items())
        return format_html('<ul class="list-disc ml-4">{}</ul>', lines) if lines else "Nothing"

    @admin.display(description="Fetched")
    def fetched(self, obj: ProductFeed) -> str:
        if obj.fetched_at is None:
            return "Nobody has fetched it yet."
        return f"{obj.fetched_at:%Y-%m-%d %H:%M} UTC by {obj.fetched_by or 'a caller without name'}"

    @admin.display(description="The receiver's verdict")
    def told(self, obj: ProductFeed) -> str:
        said = obj.reading
        if not said:
            return (
                "Not told yet"
                if obj.announced_at
                else "It is not told of new files, and comes by its own schedule."
            )
        counts = (
            f"{said.get('items', 0)} products, {said.get('created', 0)} new, {said.get('updated', 0)} updated"
        )
        remarks = format_html_join("", "<li>{}</li>", ((text,) for text in said.get("remarks", [])))
        state = str(said.get("state", "unknown"))
        return format_html(
            '{} {} ({}) <ul class="list-disc ml-4">{}</ul>',
            badge(state.capitalize(), _READING.get(state, "warning")),
            counts,
            str(said.get("asked_at", ""))[:16].replace("T", " "),
            remarks,
        )

    @action(description="Serve", permissions=["publish"])
    def serve(self, request: HttpRequest, queryset: QuerySet[ProductFeed]) -> None:
        queryset.update(is_served=True)
        self.message_user(request, "Served at their addresses.", messages.SUCCESS)

    @action(description="Close", permissions=["publish"])
    def close(self, request: HttpRequest, queryset: QuerySet[ProductFeed]) -> None:
        queryset.update(is_served=False)
        self.message_user(
            request, "Closed: their addresses answer as if they did not exist.", messages.SUCCESS
        )

    @action(description="Give a new address", permissions=["publish"])
    def give_new_address(self, request: HttpRequest, queryset: QuerySet[ProductFeed]) -> None:
        for feed in queryset:
            renew(feed)
        text = "The old addresses are nothing any more. Enter the new ones at the receiver, such as in Merchant Center."
        self.message_user(request, text, messages.SUCCESS)


class OfFeed(admin.SimpleListFilter):
    title, parameter_name = "feed", "feed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        feeds = ProductFeed.objects.select_related("connector")
        return [(str(feed.pk), str(feed)) for feed in feeds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FeedProblem]) -> QuerySet[FeedProblem]:
        chosen = self.value() or ""
        return queryset.filter(build__feed_id=int(chosen)) if chosen.isdecimal() else queryset


@admin.register(FeedProblem)
class FeedProblemAdmin(ReadOnlyAdmin):
    """Of the files that are served; what was wrong with earlier ones is nobody's work."""

    first_tab = "Product"
    nothing = (
        "Products that a feed leaves out, or lists with something missing, are named here with the cure."
    )
    list_display = ["shown_product", "feed", "shown_state", "shown_remarks"]
    list_display_links = None
    list_filter = ["left_out", OfFeed]
    list_select_related = ["product", "build__feed__connector"]
    search_fields = ["product__sku"]
    search_help_text = "A SKU, whole."
    ordering = ["id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    fields = ["shown_product", "feed", "shown_state", "shown_remarks"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FeedProblem]:
        rows = super().get_queryset(request).filter(build__feed__current=F("build"))
        return rows.select_related("product", "build__feed__connector")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FeedProblem], search_term: str
    ) -> tuple[QuerySet[FeedProblem], bool]:
        term = search_term.strip()
        return (queryset.filter(product__sku=term) if term else queryset), False

    @admin.display(description="Product")
    def shown_product(self, obj: FeedProblem) -> str:
        return link_to(obj.product)

    @admin.display(description="Feed")
    def feed(self, obj: FeedProblem) -> str:
        return link_to(obj.build.feed)

    @display(description="In the file", label={"no": "danger", "yes": "success"})
    def shown_state(self, obj: FeedProblem) -> tuple[str, str]:
        return ("no", "Left out") if obj.left_out else ("yes", "Listed")

    @admin.display(description="What is missing or wrong")
    def shown_remarks(self, obj: FeedProblem) -> str:
        lines = format_html_join("; ", "<code>{}</code> {}", obj.remarks)
        return format_html('<span class="block whitespace-normal">{}</span>', lines)


def _latest_run(task: ScheduledTask) -> str:
    run = task.runs.order_by("-pk").first()
    if run is None:
        return "has not run yet"
    return format_html(
        "{} {}",
        link_to(run, f"{run.slot:%Y-%m-%d %H:%M}"),
        badge(run.get_state_display(), COLOURS[run.state]),
    )
