"""No page of the admin shows or takes anything of another tenant. Pages and rows are found by asking the admin itself."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.core import serializers
from django.test import Client
from django.urls import URLPattern, reverse
from simple_history.admin import SimpleHistoryAdmin

from tenants.models import Membership
from tenants.scoping import TenantModel, platform_scope, tenant_scope
from tests.config.world import make_world

pytestmark = pytest.mark.thorough

OURS, THEIRS = "Minelle", "Strangeco"
SITE = admin.site
PAGES = [model for model in SITE._registry if issubclass(model, TenantModel)]


@pytest.fixture
def theirs(db):
    return make_world(THEIRS)


@pytest.fixture
def client(theirs):
    ours = make_world(OURS)
    client = Client()
    with tenant_scope(ours):
        client.force_login(Membership.objects.get().user)
    return client


def rows(model, mark):
    with platform_scope("the test looks at both tenants"):
        return list(model._base_manager.filter(tenant__slug=mark.lower()))


def name_of(model, view):
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}"


def everything_of(tenant) -> str:
    """All of a tenant's rows, to see that nothing was changed."""
    with platform_scope("the test looks at both tenants"):
        models = [model for model in apps.get_models() if issubclass(model, TenantModel)]
        found = [row for model in models for row in model._base_manager.filter(tenant=tenant).order_by("pk")]
        return serializers.serialize("json", found)


def addresses(model, key) -> Iterator[str]:
    """Every address below a row's own, of whatever view the admin has."""
    for pattern in SITE.get_model_admin(model).get_urls():
        if isinstance(pattern, URLPattern) and pattern.name and "object_id" in pattern.pattern.converters:
            more = [item for item in pattern.pattern.converters if item != "object_id"]
            if not more:
                yield reverse(f"admin:{pattern.name}", args=[key])
    below = f"{model._meta.app_label}/{model._meta.model_name}/"
    for pattern in SITE.extra_urls():
        if list(pattern.pattern.converters) == ["pk"] and str(pattern.pattern).startswith(below):
            yield reverse(f"admin:{pattern.name}", args=[key])


def test_every_page_has_a_row_in_the_world_of_these_tests(theirs):
    """Else the tests below prove nothing of it: let tests/config/world.py make one."""
    assert [model._meta.label for model in PAGES if not rows(model, THEIRS)] == []


def test_no_list_form_choice_or_history_shows_them(client):
    leaks = []
    for model in PAGES:
        own = rows(model, OURS)[0].pk
        for url in (
            reverse(name_of(model, "changelist")),
            *(url for url in addresses(model, own) if not url.endswith("/delete/")),
        ):
            answer = client.get(url, follow=True)
            assert answer.status_code in {200, 403, 404}, (url, answer.status_code)
            assert answer.status_code == 200 or not url.endswith(("/change/", "/history/")), url
            if THEIRS.lower() in answer.content.decode().lower():
                leaks.append(url)
    assert leaks == []


def test_no_address_of_theirs_answers(client, theirs):
    before, open_ones = everything_of(theirs), []
    for model in PAGES:
        key = rows(model, THEIRS)[0].pk
        for url in addresses(model, key):
            for method in (client.get, client.post):
                answer = method(url, follow=True)
                if answer.status_code not in {403, 404} or THEIRS in answer.content.decode():
                    open_ones.append((url, answer.status_code))
    assert open_ones == []
    assert everything_of(theirs) == before


def test_no_version_of_a_history_of_theirs_answers(client):
    seen = 0
    for model in PAGES:
        if not hasattr(model, "history") or not isinstance(SITE.get_model_admin(model), SimpleHistoryAdmin):
            continue
        own, other = rows(model, OURS)[0], rows(model, THEIRS)[0]
        with platform_scope("the test looks at both tenants"):
            version = model.history.filter(**{model._meta.pk.attname: other.pk}).first().history_id
        for key in (own.pk, other.pk):
            seen += 1
            url = reverse(name_of(model, "simple_history"), args=[key, version])
            assert client.get(url).status_code == 404, url
    assert seen


def test_no_action_takes_them(client, theirs):
    before = everything_of(theirs)
    for model in PAGES:
        url, keys = reverse(name_of(model, "changelist")), [row.pk for row in rows(model, THEIRS)]
        for action in {"delete_selected", *(SITE.get_model_admin(model).actions or ())}:
            answer = client.post(
                url, {"action": action, "_selected_action": keys, "post": "yes"}, follow=True
            )
            assert THEIRS not in answer.content.decode(), (url, action)
    assert everything_of(theirs) == before


def test_no_filter_search_or_autocomplete_finds_them(client):
    for model in PAGES:
        listing = reverse(name_of(model, "changelist"))
        shown = client.get(listing, {"q": THEIRS}, follow=True).content.decode()
        assert THEIRS not in re.sub(rf'(q=|q%3D|value="){THEIRS}', "", shown), listing
        for field in model._meta.get_fields():
            target = field.related_model
            if not (field.many_to_one or field.many_to_many) or target not in PAGES or field.auto_created:
                continue
            where = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            found = client.get(reverse("admin:autocomplete"), {**where, "field_name": field.name, "term": ""})
            assert found.status_code in {200, 403}, (model, field.name)
            assert THEIRS.lower() not in found.content.decode().lower(), (model, field.name)
            filtered = client.get(
                listing, {f"{field.name}__id__exact": rows(target, THEIRS)[0].pk}, follow=True
            )
            assert THEIRS.lower() not in filtered.content.decode().lower(), (model, field.name)
