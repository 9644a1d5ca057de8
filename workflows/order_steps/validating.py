"""Steps that judge an order before it goes on: ValidateOrder by rules of our own, CheckForFraud by somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.validation import Finding, ValidationRequest, Validator, Verdict
from connectors.schema import Boolean, Choice, Settings
from workflows.order_steps.rules import RULES, USUAL
from workflows.steps.base import Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.names import Names
from workflows.steps.registry import register


@register
class ValidateOrder(Step):
    """Looks the order over. What is wrong stops the run; with Severity Warning it is only told."""

    name = "ValidateOrder"
    label = "Validate order"
    ends_run_on_error = True

    class properties(Settings):
        rules = Names(
            "Rules",
            key="Rules",
            required=False,
            default=USUAL,
            known=RULES,
            help=f"Names with commas, of {', '.join(RULES)}; empty takes {', '.join(USUAL)}.",
        )
        severity = Choice(
            "Severity", key="Severity", choices=("Error", "Warning"), default="Error", required=False
        )

    def plan(self, context: StepContext) -> Plan:
        found = [
            f"{name}: {text}" for name in context.properties.rules for text in RULES[name](context.order)
        ]
        if not found:
            return Plan.done(Result.success(f"Passed {', '.join(context.properties.rules)}"))
        if context.properties.severity == "Warning":
            return Plan.done(Result.warning("; ".join(found)))
        return Plan.done(Result.error("; ".join(found), ends_run=True))


@register
class CheckForFraud(Step):
    """Asks the step's Connector whether the order may go on. Its errors stop the run, its warnings are told.

    A check that cannot be made stops the run too, after the usual tries; with FailOpen the order goes on unchecked,
    with a warning.
    """

    name = "CheckForFraud"
    label = "Check for fraud"
    target = "connector"
    capability: ClassVar[type[Provider] | None] = Validator
    ends_run_on_error = True

    class properties(Settings):
        fail_open = Boolean(
            "FailOpen",
            key="FailOpen",
            default=False,
            required=False,
            help="Let orders go on while the check cannot be made.",
        )

    def plan(self, context: StepContext) -> Plan:
        request = ValidationRequest(
            order=context.order, kind="fraud", must_answer=True, properties=context.config.properties
        )
        call = CallSpec(
            connector=capable(context, Validator),
            operation="validate",
            subject=f"order:{context.order.id}",
            request=request,
            write=False,
        )
        return Plan.call(call)

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if outcomes[0].ending is Ending.SUCCEEDED:
            return _judged(outcomes[0].result)
        failure = summary(outcomes).message
        if context.properties.fail_open:
            return Result.warning(f"Not checked, goes on all the same: {failure}", final=True)
        return Result.error(f"Not checked: {failure}", ends_run=True)


def _judged(verdict: Verdict) -> Result:
    if verdict.errors:
        return Result.error(_told([*verdict.errors, *verdict.warnings]), ends_run=True)
    if verdict.warnings:
        return Result.warning(_told(verdict.warnings))
    return Result.success("Nothing suspicious")


def _told(findings: Iterable[Finding]) -> str:
    return "; ".join(f"{item.field}: {item.message}" if item.field else item.message for item in findings)
