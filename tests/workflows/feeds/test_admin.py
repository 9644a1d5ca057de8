"""What staff see of feeds, and who may see and change their addresses."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import Role
from tests.factories.tenants import MembershipFactory, UserFactory
from tests.workflows.feeds.stage import Stage


def client(stage: Stage, role: Any) -> Client:
    user = UserFactory()
    MembershipFactory(tenant=stage.tenant, user=user, role=role)
    found = Client()
    found.force_login(user)
    return found


@pytest.fixture
def made(stage: Stage) -> Stage:
    stage.product("GOOD")
    stage.product("BARE", properties={})
    stage.run(stage.task())
    return stage


def test_the_address_is_for_those_who_may_publish(made: Stage) -> None:
    page = reverse("admin:workflows_productfeed_change", args=[made.feed.pk])
    shown = client(made, Role.TENANT_ADMIN).get(page).content.decode()
    assert made.path in shown
    assert "1 of 2 in the file, 1 left out, 0 with remarks" in shown
    assert "Succeeded" in shown
    hidden = client(made, Role.VIEWER).get(page).content.decode()
    assert "1 of 2 in the file" in hidden
    assert made.feed.token not in hidden


def test_what_is_missing_is_listed_with_the_cure(made: Stage) -> None:
    shown = client(made, Role.VIEWER).get(reverse("admin:workflows_feedproblem_changelist")).content.decode()
    assert "BARE" in shown
    assert "GOOD" not in shown
    assert "is missing; enter it, or map where it stands" in shown


@pytest.mark.thorough
def test_a_new_address_takes_the_place_of_the_old_one(made: Stage) -> None:
    before, listing = made.path, reverse("admin:workflows_productfeed_changelist")
    press = {"action": "give_new_address", "_selected_action": [made.feed.pk]}
    client(made, Role.VIEWER).post(listing, press)
    assert made.path == before
    client(made, Role.TENANT_ADMIN).post(listing, press)
    assert Client().get(before).status_code == 404
    assert Client().get(made.path).status_code == 200
