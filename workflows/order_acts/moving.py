"""Move an order to another status, or run the steps of a status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenants.models import Right
from workflows import acts, orders, resuming
from workflows.acts import Asked
from workflows.by_hand import Choice, Flag, Offer, OrderAct, Started, Subject, register
from workflows.by_hand.base import started
from workflows.order_acts.shared import NO_CHART, REPEAT, right_of, words_of
from workflows.resuming import Outline


@register
class ChangeStatus(OrderAct):
    name = "status"
    label = "Change status"
    icon = "swap_horiz"

    def offer(self, subject: Subject) -> Offer:
        if subject.chart is None:
            return Offer.refused(NO_CHART)
        here = subject.order.status
        known = subject.chart.statuses
        names = subject.chart.followers(here) if here in known else tuple(known)
        if not names:
            return Offer.refused(f"No status may follow {here}.")
        options = tuple((name, words_of(known[name])) for name in names)
        workflow = Flag(
            name="run_workflow",
            label="Run the workflow of the new status",
            initial=True,
            help="Without it no step runs. A cancellation calls off what still waits all the same.",
        )
        return Offer(
            says=(f"The order is in {words_of(known[here]) if here in known else here}.",),
            inputs=(Choice(name="status", label="New status", options=options), workflow),
        )

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        order, wanted = subject.order, values["status"]
        if order.status == wanted:
            return Started(f"The order is in {wanted} already.", fresh=False)
        run = orders.change_status(
            order,
            wanted,
            actor=asked.actor,
            reason=asked.reason,
            run_workflow=values["run_workflow"],
            trigger=asked.trigger,
        )
        return Started(f"The order went to {wanted}{'' if run else '; no workflow runs'}.", run)

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        if not values["run_workflow"]:
            return None
        return resuming.outline_status(subject.order, values["status"], subject.live)

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return str(values["status"])


@register
class RunWorkflow(OrderAct):
    name = "workflow"
    label = "Run workflow"
    group = "Workflow"
    icon = "account_tree"

    def offer(self, subject: Subject) -> Offer:
        if subject.chart is None:
            return Offer.refused(NO_CHART)
        statuses = [
            status for status in subject.chart.statuses.values() if any(step.active for step in status.steps)
        ]
        if not statuses:
            return Offer.refused("No status of its order type has steps.")
        options = tuple((status.name, words_of(status)) for status in statuses)
        here = subject.order.status
        initial = here if here in dict(options) else ""
        return Offer(
            says=("Runs all steps of a status as they are published now. The order keeps its status.",),
            inputs=(Choice(name="status", label="Steps of", options=options, initial=initial), REPEAT),
        )

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        act = acts.run_again(subject.order, asked, status=values["status"], repeat=values["repeat"])
        return started(act.run.title, act)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        assert subject.chart is not None
        steps = subject.chart.status(values["status"]).steps
        return right_of([step.name for step in steps if step.active])

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        last = resuming.last_run(subject.order, values["status"])
        return resuming.outline_again(
            subject.order, values["status"], last, subject.live, repeat=values["repeat"]
        )

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return str(values["status"])
