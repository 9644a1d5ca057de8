"""The database itself refuses money that cannot be, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from payments.models import EntryKind, Payment, PaymentEntry

IMPOSSIBLE = [
    {"authorized_minor": 100, "captured_minor": 101},
    {"authorized_minor": 100, "captured_minor": 60, "refunded_minor": 61},
    {"refunded_minor": -1},
    {"captured_minor": -1, "refunded_minor": -1},
    {"authorized_minor": 100, "captured_minor": 60, "cancelled_minor": 41},
    {"authorized_minor": 100, "cancelled_minor": -1},
    {"capturing_minor": -1},
    {"refunding_minor": -1},
    {"amount_minor": 0},
]


@pytest.mark.parametrize("columns", IMPOSSIBLE)
def test_raw_update_to_impossible_amounts_is_refused(payment, columns):
    assignments = ", ".join(f"{name} = %s" for name in columns)
    statement = f"UPDATE {Payment._meta.db_table} SET {assignments} WHERE id = %s"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [*columns.values(), payment.pk])
    payment.refresh_from_db()
    assert (payment.amount_minor, payment.authorized_minor) == (39800, 0)


def test_raw_update_to_possible_amounts_is_taken(payment):
    columns = "authorized_minor = 10010, captured_minor = 6005, refunded_minor = 6005, cancelled_minor = 4005"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Payment._meta.db_table} SET {columns} WHERE id = %s", [payment.pk])
    payment.refresh_from_db()
    assert str(payment.cancelled) == "40.05 NOK"
    assert not payment.capturable


FACTS = [
    {"reference": "re_1", "amount_minor": 100},
    {"total_minor": 100},
    {},
    {"effect_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "amount_minor": 100},
]


@pytest.mark.parametrize("fact", FACTS)
def test_the_same_fact_is_stored_once(payment, fact):
    values = {"payment": payment, "kind": EntryKind.REFUND, "provider_id": "pi_1", **fact}
    PaymentEntry.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentEntry.objects.create(**values)
    PaymentEntry.objects.create(**{**values, "kind": EntryKind.CAPTURE})


def test_positions_of_an_order_differ(payment):
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            order=payment.order,
            position=payment.position,
            method=payment.method,
            method_name="x",
            connector=payment.connector,
            currency="NOK",
            amount_minor=1,
        )
