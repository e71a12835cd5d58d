"""What was passed on against what statements show."""

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.matching import Payout
from reconciliation.postgres import arrival_rows
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    ACCOUNT,
    DAY,
    NEXT_DAY,
    give_report,
    give_statement,
    match,
    paid,
)

NAME = f"P-{ACCOUNT}"


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def passed_on(tx: Tx, *, many: int = 1) -> list[int]:
    orders = [paid(tx) for _ in range(many)]
    give_report(inside(tx), [one.line() for one in orders])
    match(tx)
    return [one.payment_id for one in orders]


def waiting(tx: Tx) -> Payout:
    (payout,) = arrival_rows.waiting_payouts(tx, until=DAY)
    return payout


def test_a_payout_waits_with_the_credits_of_its_name_on_its_account(tx: Tx):
    passed_on(tx, many=2)
    assert (waiting(tx).expected, waiting(tx).is_covered) == (Money(700_000), False)
    give_statement(inside(tx), [(NAME, 500_000), (NAME, 200_000), ("OTHER", 9)])
    payout = waiting(tx)
    assert (payout.credited, len(payout.credit_ids)) == (Money(700_000), 2)
    assert payout.is_covered
    assert payout.has_arrived


def test_credits_of_another_account_or_a_later_day_are_not_counted(tx: Tx):
    passed_on(tx)
    paid(tx, account="bhxh-01")
    give_statement(inside(tx), [(NAME, 350_000)], account="bhxh-01")
    give_statement(inside(tx), [(NAME, 350_000)], day=NEXT_DAY)
    assert waiting(tx).credited == Money(0)
    (later,) = arrival_rows.waiting_payouts(tx, until=NEXT_DAY)
    assert later.credited == Money(350_000)


def test_an_account_printed_as_its_code_is_the_same_account(tx: Tx):
    passed_on(tx)
    give_statement(inside(tx), [(NAME, 350_000)])
    tx.exec_driver_sql(
        "ALTER TABLE reconciliation.item DISABLE TRIGGER ALL;"
        " UPDATE reconciliation.item SET party = split_part(party, '7111.', 2)"
        " WHERE kind = 'credit'"
    )
    assert waiting(tx).has_arrived


def test_an_arrival_covers_its_groups_and_uses_its_credits_once(tx: Tx):
    payments = passed_on(tx, many=2)
    give_statement(inside(tx), [(NAME, 700_000)])
    payout = waiting(tx)
    group_id = arrival_rows.add_arrival(tx, payout, business_date=DAY)
    assert group_id > 0
    assert arrival_rows.waiting_payouts(tx, until=DAY) == []
    groups = arrival_rows.groups_of(tx, payout)
    assert [group.group_id for group in groups] == list(payout.group_ids)
    assert arrival_rows.payments_in(tx, payout.group_ids) == payments
    assert arrival_rows.payments_in(tx, []) == []


def test_lines_of_no_payout_are_strays_and_what_still_waits_is_none(tx: Tx):
    passed_on(tx)
    give_statement(inside(tx), [(NAME, 1), ("UNKNOWN", 2), (NAME, -3), ("TAX", -1)], opening=9)
    strays = arrival_rows.stray_lines(tx, until=DAY, after=0, limit=10)
    assert [(one.payout, one.amount.vnd, one.is_credit, one.is_known) for one in strays] == [
        ("UNKNOWN", 2, True, False),
        (NAME, 3, False, True),
    ]
    rest = arrival_rows.stray_lines(tx, until=DAY, after=strays[0].item_id, limit=10)
    assert rest == strays[1:]


def test_a_known_name_on_another_account_is_a_stray(tx: Tx):
    passed_on(tx)
    paid(tx, account="bhxh-01")
    give_statement(inside(tx), [(NAME, 350_000)], account="bhxh-01")
    (stray,) = arrival_rows.stray_lines(tx, until=DAY, after=0, limit=10)
    assert (stray.is_known, stray.is_there) == (True, False)
