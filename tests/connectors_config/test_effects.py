from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from connectors.calls import Ending, Outcome, Prepared
from connectors.contracts.payment import PaymentResult, State
from connectors.effect_keys import renew
from connectors.effect_rules import idempotency_key
from connectors.effects import Busy, Done, close_effects, open_effects
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.models import Effect
from connectors.providers.rest import Rest


@pytest.fixture
def act(spec, context):
    """Open one effect."""

    def run(origin="step:1", owner="worker-1", **rest):
        fenced = rest.pop("fenced", True)
        return open_effects([(spec(**rest), context, origin)], owner=owner, fenced=fenced)[0]

    return run


def end(prepared: Prepared, ending=Ending.SUCCEEDED, **values) -> None:
    close_effects([outcome(prepared, ending, **values)])


def outcome(prepared: Prepared, ending=Ending.SUCCEEDED, **values) -> Outcome:
    values = {"started_at": timezone.now(), "duration_ms": 12, **values}
    if ending is Ending.SUCCEEDED:
        values.setdefault(
            "result", PaymentResult(provider_id="pay_1", state=State.CAPTURED, operation_id="op_7")
        )
    return Outcome(prepared=prepared, ending=ending, **values)


def only() -> Effect:
    return Effect.objects.get()


def let_lease_end() -> None:
    Effect.objects.update(lease_until=F("lease_until") - timedelta(hours=1))


def test_a_new_effect_is_written_before_the_call(act, config, tenant):
    prepared = act()

    effect = only()
    assert (effect.state, effect.attempts, effect.ordinal, effect.epoch) == ("calling", 1, 1, 1)
    assert (effect.origin, effect.owner) == ("step:1", "worker-1")
    assert effect.tenant_id == tenant.pk
    assert effect.lease_until > timezone.now() + timedelta(seconds=60)
    assert prepared.effect_id == effect.pk
    assert (
        prepared.key == effect.key == idempotency_key(tenant.uid, (config.id, "capture", "payment:1"), 1, 1)
    )
    assert prepared.next_key == idempotency_key(tenant.uid, (config.id, "capture", "payment:1"), 1, 2)
    assert not (prepared.uncertain or prepared.answered or prepared.changed)


def test_a_read_has_no_effect(act):
    prepared = act(write=False)
    assert (prepared.effect_id, prepared.key) == (None, None)
    assert not Effect.objects.exists()
    end(prepared)


def test_success_keeps_the_providers_reference_and_the_same_origin_is_done(act):
    end(act())

    effect = only()
    assert (effect.state, effect.provider_reference, effect.lease_until) == ("succeeded", "op_7", None)
    assert act() == Done(act().spec, effect.pk, "op_7")
    assert only().attempts == 1


def test_another_origin_after_a_success_is_a_new_effect_with_a_new_key(act):
    first = act()
    end(first)
    second = act(origin="step:2")
    assert second.key != first.key
    assert [row.ordinal for row in Effect.objects.order_by("ordinal")] == [1, 2]
    end(second)
    assert isinstance(act(), Done), "the first origin's success is remembered below a later one"


def test_a_live_call_of_another_origin_is_busy(act):
    first = act()
    busy = act(origin="step:2", owner="worker-2")
    assert isinstance(busy, Busy)
    assert busy.effect_id == first.effect_id
    assert busy.until == only().lease_until
    assert only().attempts == 1


def test_a_live_call_is_busy_even_for_the_same_worker(act):
    act()
    assert isinstance(act(origin="step:2"), Busy)


def test_a_call_whose_lease_is_over_is_adopted_as_uncertain(act):
    first = act()
    let_lease_end()
    second = act(origin="step:2", owner="worker-2")
    assert (second.effect_id, second.key, second.attempt) == (first.effect_id, first.key, 2)
    assert second.uncertain
    assert second.first_sent_at is not None
    assert (only().origin, only().owner, only().state) == ("step:2", "worker-2", "calling")


def test_each_try_knows_when_the_one_before_it_began(act):
    act()
    first = only().last_sent_at
    assert act(owner="worker-2").last_sent_at == first
    second = only().last_sent_at
    assert second > first
    assert act(owner="worker-3").last_sent_at == second


def test_a_fenced_successor_of_the_same_origin_need_not_wait(act):
    act()
    assert act(owner="worker-2").uncertain


def test_an_unfenced_repetition_waits_for_the_first_one(act):
    act(owner="web-1", fenced=False)
    assert isinstance(act(owner="web-2", fenced=False), Busy)


def test_what_is_unknown_is_adopted_with_its_key(act):
    first = act()
    end(first, Ending.UNKNOWN, error=Unknown("cut off", answered=False))
    again = act()
    assert again.uncertain
    assert not again.answered
    assert (again.key, again.attempt) == (first.key, 2)


def test_an_answer_that_left_it_unknown_is_remembered(act):
    end(act(), Ending.UNKNOWN, error=Unknown("500", status=500))
    assert act().answered


def test_what_surely_did_not_happen_keeps_its_key(act):
    first = act()
    end(first, Ending.RETRY, error=RetryLater("connection refused", answered=False))
    effect = only()
    assert (effect.state, effect.error_kind, effect.error_message) == ("retry", "retry", "connection refused")
    again = act(origin="step:2")
    assert not again.uncertain
    assert again.key == first.key


def test_a_changed_request_after_a_sure_failure_gets_a_new_key(act):
    first = act()
    end(first, Ending.RETRY, error=RetryLater("refused", answered=False))
    again = act(request={"amount": "11.00"})
    assert again.key == first.next_key
    assert not again.changed
    assert only().epoch == 2


def test_a_receiver_that_goes_by_the_key_alone_gets_the_same_one_with_a_changed_request(act, config):
    """It may have carried out what it answered with an error, as a webhook's receiver does that fails afterwards."""
    receiver = replace(config, slug="webhook")
    first = act(connector=receiver, operation="export_order")
    end(first, Ending.RETRY, error=RetryLater("HTTP 500", status=500))
    again = act(connector=receiver, operation="export_order", request={"amount": "11.00"})
    assert (again.key, again.attempt, again.changed) == (first.key, 2, True)
    assert only().epoch == 1


def test_a_changed_request_of_an_uncertain_call_is_told(act):
    act()
    let_lease_end()
    again = act(request={"amount": "11.00"})
    assert again.changed
    assert only().epoch == 1
    assert act(request={"amount": Decimal("10.0")}).changed is False


def test_a_refusal_and_a_new_try_has_a_new_epoch(act):
    first = act()
    end(first, Ending.FAILED, error=Rejected("card expired", code="expired_card"))
    assert only().error_code == "expired_card"
    again = act()
    assert (again.effect_id, again.key, again.attempt) == (first.effect_id, first.next_key, 2)
    assert not again.uncertain
    assert only().epoch == 2


def test_a_renewed_try_takes_over_the_next_key(act):
    first = act()
    end(first, Ending.UNKNOWN, error=Unknown("500", status=500))
    again = act()
    assert renew(again)
    assert (only().epoch, only().key, only().answered) == (2, first.next_key, False)
    end(again, renewed=True)
    effect = only()
    assert (effect.epoch, effect.key, effect.state) == (2, first.next_key, "succeeded")


def test_a_renewed_try_that_ends_unknown_can_be_adopted_with_its_new_key(act):
    end(act(), Ending.UNKNOWN, error=Unknown("500", status=500))
    again = act()
    renew(again)
    end(again, Ending.UNKNOWN, renewed=True, error=Unknown("cut off", answered=False))
    third = act()
    assert third.key == again.next_key
    assert not third.answered


def test_a_try_that_dies_with_the_next_key_is_adopted_with_it(act):
    end(act(), Ending.UNKNOWN, error=Unknown("500", status=500))
    renewed = act()
    renew(renewed)
    assert act(owner="worker-2").key == renewed.next_key


def test_a_try_that_was_taken_over_cannot_renew_the_key(act):
    end(act(), Ending.UNKNOWN, error=Unknown("500", status=500))
    slow = act()
    act(owner="worker-2")
    assert not renew(slow)
    assert (only().epoch, only().key) == (1, slow.key)


@pytest.fixture
def settings_of(config):
    """The same receiver with other settings: without an idempotency header by default."""

    def make(header="", hours=24):
        values = Rest.settings.compile({}, {"IdempotencyHeader": header, "IdempotencyHours": str(hours)})
        return {"connector": replace(config, slug="rest", values=values), "operation": "export_order"}

    return make


def lose(prepared: Prepared) -> None:
    end(prepared, Ending.UNKNOWN, error=Unknown("cut off", answered=False), sent=True)


@pytest.mark.parametrize(
    ("then", "now", "changed"),
    [
        ({}, {"header": "Key"}, True),
        ({"header": "Key"}, {}, True),
        ({"header": "Key"}, {"header": "Other-Key"}, True),
        ({"header": "Key", "hours": 1}, {"header": "Key", "hours": 72}, True),
        ({"header": "Key"}, {"header": "Key"}, False),
        ({}, {}, False),
    ],
)
def test_how_the_key_was_told_is_judged_by_the_settings_of_then(act, settings_of, then, now, changed):
    lose(act(**settings_of(**then)))
    assert act(**settings_of(**now)).carrier_changed is changed
    assert act(owner="worker-2", **settings_of(**then)).carrier_changed is False, (
        "it is not forgotten by asking"
    )


def test_a_row_that_does_not_know_how_its_key_was_told_is_not_trusted(act, settings_of):
    lose(act(**settings_of("Key")))
    Effect.objects.update(carrier=None)
    assert act(**settings_of("Key")).carrier_changed


@pytest.mark.parametrize("ending", [Ending.RETRY, Ending.FAILED])
def test_where_nothing_is_in_doubt_the_settings_of_now_count(act, settings_of, ending):
    errors = {Ending.RETRY: RetryLater("refused", answered=False), Ending.FAILED: Rejected("no")}
    end(act(**settings_of()), ending, error=errors[ending])
    lose(act(**settings_of("Key")))
    assert act(**settings_of("Key")).carrier_changed is False


def test_a_second_key_is_kept_with_how_it_is_told(act, settings_of):
    lose(act(**settings_of()))
    again = act(**settings_of("Key"))
    assert renew(again)
    lose(again)
    assert only().carrier == "header:Key for 24 h"
    assert act(**settings_of("Key")).carrier_changed is False


def test_a_lost_request_may_be_under_way_for_a_minute_after_its_try(act):
    first = act()
    at = timezone.now()
    end(first, Ending.UNKNOWN, error=Unknown("cut off", answered=False), sent=True, lost=True, started_at=at)
    over = act().under_way_until
    assert over == at + timedelta(seconds=60, milliseconds=12)
    asked = act(owner="worker-2")
    assert asked.under_way_until > over, "whoever dies may have sent something"


def test_a_try_that_only_asked_changes_nothing_about_what_is_under_way(act):
    end(act(), Ending.UNKNOWN, error=Unknown("cut off", answered=False), sent=True, lost=True)
    asking = act()
    end(asking, Ending.UNKNOWN, error=Unknown("knows nothing of this yet", answered=False))
    again = act()
    assert again.under_way_until == asking.under_way_until
    assert again.last_sent_at == asking.last_sent_at


def test_a_vendor_that_has_answered_has_nothing_under_way(act):
    end(act(), Ending.UNKNOWN, error=Unknown("500", status=500), sent=True)
    assert act().under_way_until is None


def test_a_try_whose_process_died_may_be_under_way_for_another_minute(act):
    act()
    opened = only().last_sent_at
    assert act(owner="worker-2").under_way_until == opened + timedelta(seconds=120)


def test_what_only_a_person_can_decide_is_marked(act):
    end(act(), Ending.UNKNOWN, needs_person=True, error=Unknown("cannot be asked"))
    assert only().needs_person


def test_a_late_failure_of_a_try_that_was_taken_over_changes_nothing(act):
    slow = act()
    let_lease_end()
    quick = act(owner="worker-2")
    end(slow, Ending.UNKNOWN, error=Unknown("timed out"))
    assert only().state == "calling"
    end(quick)
    end(slow, Ending.FAILED, error=Rejected("too late"))
    assert (only().state, only().error_kind) == ("succeeded", "")


def test_a_late_success_of_a_try_that_was_taken_over_counts(act):
    slow = act()
    let_lease_end()
    act(owner="worker-2")
    end(slow)
    assert only().state == "succeeded"


def test_two_calls_of_one_batch_for_one_identity_are_not_both_made(spec, context):
    wanted = [
        (spec(), context, "step:1"),
        (spec(), context, "step:2"),
        (spec("payment:2"), context, "step:2"),
    ]
    first, second, third = open_effects(wanted, owner="w")
    assert isinstance(first, Prepared)
    assert isinstance(second, Busy)
    assert isinstance(third, Prepared)


def test_results_come_in_the_order_of_the_specs(spec, context):
    subjects = ["payment:9", "payment:1", "payment:5"]
    opened = open_effects([(spec(subject), context, "step:1") for subject in subjects], owner="w")
    assert [item.spec.subject for item in opened] == subjects


@pytest.mark.parametrize("count", [1, 30])
def test_many_effects_cost_as_many_statements_as_one(
    spec, context, count, django_assert_num_queries, django_assert_max_num_queries
):
    wanted = [(spec(f"payment:{n}"), context, f"step:{n}") for n in range(count)]
    with django_assert_max_num_queries(2):
        opened = open_effects(wanted, owner="w")
    with django_assert_num_queries(1):
        close_effects([outcome(item) for item in opened])
    assert Effect.objects.filter(state="succeeded").count() == count


def test_taking_many_effects_over_costs_three_statements(spec, context, django_assert_num_queries):
    wanted = [(spec(f"payment:{n}"), context, f"step:{n}") for n in range(20)]
    opened = open_effects(wanted, owner="w")
    with django_assert_num_queries(2):
        close_effects(
            [
                outcome(item, Ending.RETRY, error=RetryLater("busy")) if number % 2 else outcome(item)
                for number, item in enumerate(opened)
            ]
        )
    with django_assert_num_queries(3):
        again = open_effects(wanted, owner="w")
    assert [type(item) for item in again] == [Done, Prepared] * 10
    assert {row.attempts for row in Effect.objects.filter(state="calling")} == {2}


def test_nothing_to_open_costs_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert open_effects([], owner="w") == []
        close_effects([])


def test_tenants_have_identities_of_their_own(act, config):
    from tests.factories.connectors import publish_connector
    from tests.factories.tenants import TenantFactory

    other = publish_connector(TenantFactory(), "acme", bearer_token="tok_other_0123456789")
    mine = act()
    spec = replace(mine.spec, connector=other)
    theirs = open_effects([(spec, mine.context, "step:1")], owner="w")[0]
    assert isinstance(theirs, Prepared)
    assert theirs.key != mine.key
    assert Effect.objects.count() == 1, "the scope shows the own one only"


def test_the_database_refuses_a_second_effect_of_one_identity(act):
    act()
    effect = only()
    effect.pk = UUID(int=1)
    effect._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        effect.save()
