"""The page of one step, step groups, and results that staff do not see unasked."""

import pytest
from django.test import Client
from django.urls import reverse

from connectors.runtime import runtime
from tenants.models import Market, Role
from tenants.scoping import tenant_scope
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import OrderFactory, make_shop
from tests.pages import errors_of, form_of, told
from workflows.chart import chart_of
from workflows.models import GroupStep, StepGroup, StepRun, WorkflowRun, WorkflowStep

STATUSES = {"New": {"steps": [{"name": "AddTag", "properties": {"Tag": "a"}}]}, "Hold": {}}


@pytest.fixture
def tenant(db):
    tenant = make_shop(statuses=STATUSES).tenant
    with tenant_scope(tenant):
        yield tenant


@pytest.fixture
def client(tenant):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant, role=Role.TENANT_ADMIN).user)
    return client


def page(row, **query):
    return reverse(f"admin:workflows_{row._meta.model_name}_change", args=[row.pk], query=query)


def send(client, row, **changes):
    return client.post(page(row), form_of(client.get(page(row))) | changes, follow=True)


def the_step():
    return WorkflowStep.objects.get(status__name="New")


def live(tenant):
    return chart_of(runtime(tenant.pk), "Online").statuses["New"].steps


def test_lists_are_chosen_and_published_with_the_chart(client, tenant):
    WorkflowStep.objects.update(enabled_for_markets=["GONE", "nor"])
    answer = client.get(page(the_step()))
    assert [label for _, label in answer.context["adminform"].form.fields["enabled_for_markets"].choices] == [
        "GONE (unknown)",
        "NOR",
    ]
    changes = {"enabled_for_markets": ["nor"], "disabled_for_tags": "b2b, test order", "next_status": "Hold"}
    answer = send(client, the_step(), **changes, workflows_workflowstep_publish="1", comment="Norway only")
    assert errors_of(answer) == {}
    assert "Version 2 of Online is live" in told(answer)
    (step,) = live(tenant)
    assert step.next_status == "Hold"
    assert [(scope.enabled, scope.disabled) for scope in step.scopes] == [
        ({"markets": frozenset({"nor"})}, {"tags": frozenset({"b2b", "test order"})})
    ]


def test_a_group_takes_the_place_of_a_step(client, tenant):
    group = StepGroup.objects.create(name="Checks")
    group.steps.create(name="ValidateOrder", position=1)
    answer = send(client, the_step(), name=f"group:{group.pk}", workflows_workflowstep_publish="1")
    assert errors_of(answer) == {}
    assert [step.place for step in live(tenant)] == ["Checks > ValidateOrder"]
    assert (the_step().name, the_step().group) == ("", group)
    answer = send(client, group, **{"steps-0-conditions": ["Success"], "_save": "1"})
    assert "to make the changed steps live." in told(answer)
    assert live(tenant)[0].conditions == ()
    answer = send(client, GroupStep.objects.get(), enabled_for_markets=["NOR"], _save="1")
    assert "to make the changed steps live." in told(answer)
    assert GroupStep.objects.get().enabled_for_markets == ["NOR"]
    send(client, the_step(), name="AddTag", properties='{"Tag": "b"}', _save="1")
    assert (the_step().name, the_step().group) == ("AddTag", None)


def test_somebody_elses_change_of_the_status_is_not_overwritten(client, tenant):
    stale = form_of(client.get(page(the_step())))
    WorkflowStep.objects.update(properties={"Tag": "newer"})
    answer = client.post(page(the_step()), stale | {"next_status": "Hold"})
    assert "Nothing was saved" in str(errors_of(answer))
    assert the_step().next_status == ""


def test_invisible_results_are_shown_on_request_and_when_they_failed(client, tenant):
    order = OrderFactory(tenant=tenant, market=Market.objects.get())
    run = WorkflowRun.objects.create(
        order=order, order_type="Online", status="New", generation=1, trigger="api"
    )
    for position, (name, state) in enumerate(
        (("Seen", "success"), ("Hidden", "success"), ("Failed", "error"))
    ):
        StepRun.objects.create(
            run=run, order=order, position=position, name=name, state=state, is_invisible=name != "Seen"
        )

    def shown(**query):
        (rows,) = client.get(page(run, **query)).context["inline_admin_formsets"]
        return [form.instance.name for form in rows.formset.forms]

    assert (shown(), shown(invisible=1)) == (["Seen", "Failed"], ["Seen", "Hidden", "Failed"])
    assert "1: show them too" in client.get(page(run)).content.decode()
