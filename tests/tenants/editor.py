"""An editor of drafts over markets and their stores, as connectors and payment methods will have one."""

from django.contrib import admin
from django.urls import path
from unfold.sites import UnfoldAdminSite

from config.urls import urlpatterns as real
from tenants.adminkit import PublishAdmin, TabularInline, action
from tenants.models import Market, Store

published: list[list[str]] = []


class StoreInline(TabularInline):
    model = Store
    fields = ["code", "name"]
    tab = True


class MarketEditor(PublishAdmin):
    fields = ["code", "name", "currency", "country"]
    inlines = [StoreInline]
    actions_submit_line = ["publish"]

    @action(description="Publish", permissions=["publish"])
    def publish(self, request, obj):
        published.append([store.name for store in obj.stores.all()])


site = UnfoldAdminSite(name="editor")
site.extra_urls = admin.site.extra_urls
site.register(Market, MarketEditor)
urlpatterns = [path("editor/", site.urls), *real]
