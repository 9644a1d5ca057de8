import pytest
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.test import Client


@pytest.mark.django_db
def test_health_answers_without_a_login(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_api_pages_load_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page


@pytest.mark.django_db
def test_every_page_finds_an_icon_and_the_admins_names_it(client: Client, admin_client: Client) -> None:
    where = client.get("/favicon.ico").headers["Location"]
    assert finders.find(where.removeprefix("/static/"))
    for page in (client.get("/admin/login/"), admin_client.get("/admin/")):
        assert f'href="{where}"' in page.content.decode()


@pytest.mark.django_db
def test_admin_asks_for_a_login(client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/admin/login/")


def test_the_queue_has_no_pages_of_its_own(admin_client: Client) -> None:
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]
    for model in ("ormq", "schedule", "success", "failure"):
        assert admin_client.get(f"/admin/django_q/{model}/").status_code == 404
