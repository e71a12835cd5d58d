"""Whatever differs between the three sides, its breaks explain the book to the dong."""

import enum
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.close_day import DayClosed, close_day
from reconciliation.match_day import DayMatch
from tests.reconciliation.day_scene import (
    CALENDAR,
    DAY,
    MORNING,
    NEXT_DAY,
    Order,
    evening_of,
    explained,
    give_report,
    give_statement,
    match,
    nested,
    order,
    paid,
    pay,
    standing,
)
from tests.reconciliation.samples import Line

ACCOUNTS = ("kbnn-0011", "bhxh-01")


class Fate(enum.Enum):
    """What becomes of one payment on its way through the three sides."""

    CLEAN = enum.auto()
    CALLBACK_LOST = enum.auto()
    AFTER_CUT_OFF = enum.auto()
    AFTER_CUT_OFF_LOST = enum.auto()
    NOT_REPORTED = enum.auto()
    REPORTED_NEXT_DAY = enum.auto()
    REPORTED_LESS = enum.auto()
    REPORTED_MORE = enum.auto()
    PAID_ANOTHER_AMOUNT = enum.auto()
    PAID_TWICE = enum.auto()
    PAID_TWICE_ONE_MISSING = enum.auto()
    FEE_KEPT = enum.auto()
    ELSEWHERE = enum.auto()
    OTHER_NUMBER = enum.auto()
    NOBODYS = enum.auto()
    REFUNDED = enum.auto()


class Arrival(enum.Enum):
    """What a beneficiary's statement shows of a payout."""

    WHOLE = enum.auto()
    NEXT_DAY = enum.auto()
    NEVER = enum.auto()
    SHORT = enum.auto()
    IN_PARTS = enum.auto()
    TWICE = enum.auto()


@dataclass(frozen=True)
class Case:
    """A day: each payment's account, amount and fate, and each payout's arrival."""

    payments: list[tuple[str, int, Fate]]
    arrivals: dict[str, Arrival]


CASES = st.builds(
    Case,
    payments=st.lists(
        st.tuples(
            st.sampled_from(ACCOUNTS),
            st.integers(min_value=5_000, max_value=900_000),
            st.sampled_from(Fate),
        ),
        max_size=6,
    ),
    arrivals=st.fixed_dictionaries({account: st.sampled_from(Arrival) for account in ACCOUNTS}),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(CASES)
def test_i10_open_breaks_explain_all_that_stands_whatever_went_wrong(owner_tx: Tx, case: Case):
    example = owner_tx.begin_nested()
    try:
        live_through(owner_tx, case)
    finally:
        example.rollback()


def live_through(tx: Tx, case: Case) -> None:
    today: list[Line] = []
    tomorrow: list[Line] = []
    for account, amount, fate in case.payments:
        (tomorrow if fate is Fate.REPORTED_NEXT_DAY else today).extend(
            lines_of(tx, account=account, amount=Money(amount), fate=fate)
        )
    closes(tx, today, case, is_first=True)
    closes(tx, tomorrow, case, is_first=False)


def closes(tx: Tx, lines: list[Line], case: Case, *, is_first: bool) -> None:
    day = DAY if is_first else NEXT_DAY
    give_report(nested(tx), lines, day=day)
    sums: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        net = line.amount_vnd - line.fee_vnd
        sums[line.beneficiary] += -net if line.is_refund else net
    for account in ACCOUNTS:
        name = f"P{day:%d}-{account}"
        shown = credits_of(name, sums[account], case.arrivals[account], is_first=is_first)
        if not is_first and case.arrivals[account] is Arrival.NEXT_DAY:
            shown += credits_of(f"P{DAY:%d}-{account}", owed_before(tx, account), Arrival.WHOLE)
        opening = 0 if is_first else balance_of(tx, account)
        give_statement(nested(tx), shown, account=account, day=day, opening=opening)
    match(tx, day)
    assert standing(tx, day=day) == explained(tx, day=day)
    again = match(tx, day)
    assert (again.matched, again.breaks_opened, again.breaks_closed) == (0, 0, 0)
    outcome = close_day(nested(tx), day, calendar=CALENDAR, now=evening_of(day))
    assert isinstance(outcome, DayClosed), outcome


def lines_of(tx: Tx, *, account: str, amount: Money, fate: Fate) -> list[Line]:
    is_late = fate in {Fate.AFTER_CUT_OFF, Fate.AFTER_CUT_OFF_LOST}
    at = MORNING + timedelta(hours=8 if is_late else 0)
    one = order(tx, amount=amount, account=account, at=at)
    payout = f"P{(NEXT_DAY if fate is Fate.REPORTED_NEXT_DAY else DAY):%d}-{account}"
    other = ACCOUNTS[1 - ACCOUNTS.index(account)]
    if fate is Fate.NOBODYS:
        return [Line(f"X{one.reference}", f"XT{one.reference}", amount.vnd, 0, payout, account)]
    if fate is Fate.PAID_ANOTHER_AMOUNT:
        pay(tx, one, amount=amount - Money(1))
        return [one.line(amount_vnd=amount.vnd - 1, payout=payout)]
    if fate not in {Fate.CALLBACK_LOST, Fate.AFTER_CUT_OFF_LOST}:
        pay(tx, one)
    return told(tx, one, fate, payout=payout, other=other)


def told(tx: Tx, one: Order, fate: Fate, *, payout: str, other: str) -> list[Line]:
    second = f"S{one.reference}"
    if fate in {Fate.PAID_TWICE, Fate.PAID_TWICE_ONE_MISSING}:
        pay(tx, one, transaction=second)
    asked = one.amount.vnd
    line = {
        Fate.REPORTED_LESS: one.line(amount_vnd=asked - 1_000, payout=payout),
        Fate.REPORTED_MORE: one.line(amount_vnd=asked + 1, fee_vnd=3, payout=payout),
        Fate.FEE_KEPT: one.line(fee_vnd=1_100, payout=payout),
        Fate.ELSEWHERE: one.line(beneficiary=other, payout=payout.replace(one.account, other)),
        Fate.OTHER_NUMBER: one.line(transaction=f"B{one.reference}", payout=payout),
    }.get(fate, one.line(payout=payout))
    more = {
        Fate.PAID_TWICE: one.line(transaction=second, payout=payout),
        Fate.REFUNDED: Line(
            f"R{one.reference}",
            f"RT{one.reference}",
            100,
            payout=payout,
            beneficiary=one.account,
            is_refund=True,
        ),
    }
    if fate is Fate.NOT_REPORTED:
        return []
    return [line, more[fate]] if fate in more else [line]


def credits_of(
    name: str, amount: int, arrival: Arrival, *, is_first: bool = True
) -> list[tuple[str, int]]:
    if amount <= 0 or arrival is Arrival.NEVER or (arrival is Arrival.NEXT_DAY and is_first):
        return []
    match arrival:
        case Arrival.SHORT:
            return [(name, amount - 1)]
        case Arrival.IN_PARTS:
            return [(name, 1), (name, amount - 1)]
        case Arrival.TWICE:
            return [(name, amount), (name, amount)]
        case _:
            return [(name, amount)]


def owed_before(tx: Tx, account: str) -> int:
    """Return what the first day's payout to an account still has on its way."""
    expected = tx.exec_driver_sql(
        "SELECT coalesce(sum(amount_vnd - fee_vnd) FILTER (WHERE kind = 'payment'), 0)"
        " - coalesce(sum(amount_vnd) FILTER (WHERE kind = 'refund'), 0)"
        " FROM reconciliation.item WHERE payout = %(payout)s AND kind IN ('payment', 'refund')",
        {"payout": f"P{DAY:%d}-{account}"},
    ).scalar_one()
    return int(expected)


def balance_of(tx: Tx, account: str) -> int:
    """Return the account's last closing balance."""
    closing = tx.exec_driver_sql(
        "SELECT closing_vnd FROM reconciliation.statement WHERE account = %(account)s"
        " ORDER BY statement_id DESC LIMIT 1",
        {"account": f"7111.{account}"},
    ).scalar_one()
    return int(closing)


def test_a_clean_case_leaves_nothing_standing(owner_tx: Tx):
    one = paid(owner_tx)
    give_report(nested(owner_tx), [one.line()])
    give_statement(nested(owner_tx), [(f"P-{one.account}", one.amount.vnd)])
    match(owner_tx)
    assert standing(owner_tx) == explained(owner_tx) == {}


def posted(tx: Tx) -> list[tuple[object, ...]]:
    rows = tx.exec_driver_sql(
        "SELECT entry.idempotency_key, entry.digest FROM ledger.entry ORDER BY entry.entry_id"
    )
    return [tuple(row) for row in rows]


def a_day_of_payments(open_tx: OpenTx, open_recon_tx: OpenTx) -> None:
    with open_tx() as tx:
        orders = [paid(tx) for _ in range(5)]
        lost = [order(tx) for _ in range(2)]
    lines = [one.line() for one in (*orders, *lost)]
    give_report(open_recon_tx, lines)
    give_statement(open_recon_tx, [("P-kbnn-0011", sum(line.amount_vnd for line in lines))])


def run(open_recon_tx: OpenTx) -> DayMatch:
    with open_recon_tx() as tx:
        return match(tx)


def test_i11_two_matches_at_once_post_as_much_as_one(open_tx: OpenTx, open_recon_tx: OpenTx):
    a_day_of_payments(open_tx, open_recon_tx)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, open_recon_tx) for _ in range(2)]
        done = [each.result() for each in runs]
    assert sorted(each.matched + each.completed for each in done) == [0, 7]
    assert sum(each.settled_payments for each in done) == 7
    with open_recon_tx() as tx:
        assert standing(tx) == {}


def test_f40_a_match_that_dies_leaves_nothing_and_the_next_one_does_it_all(
    open_tx: OpenTx, open_recon_tx: OpenTx
):
    a_day_of_payments(open_tx, open_recon_tx)
    with open_recon_tx() as tx:
        before = posted(tx)

    def die(after: DayMatch) -> None:
        assert after.settled_payments == 7
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), open_recon_tx() as tx:
        die(match(tx))
    with open_recon_tx() as tx:
        assert posted(tx) == before
    assert run(open_recon_tx).settled_payments == 7
    with open_recon_tx() as tx:
        after = posted(tx)
        assert standing(tx) == {}
    assert run(open_recon_tx).files == 0
    with open_recon_tx() as tx:
        assert posted(tx) == after
    closings = [
        close_day(open_recon_tx, DAY, calendar=CALENDAR, now=evening_of(DAY)) for _ in range(2)
    ]
    assert [each.is_new for each in closings if isinstance(each, DayClosed)] == [True, False]


def test_f39_of_two_closes_at_once_one_closes(open_tx: OpenTx, open_recon_tx: OpenTx):
    a_day_of_payments(open_tx, open_recon_tx)
    run(open_recon_tx)
    with ThreadPoolExecutor(3) as pool:
        tries = [
            pool.submit(close_day, open_recon_tx, DAY, calendar=CALENDAR, now=evening_of(DAY))
            for _ in range(3)
        ]
        outcomes = [each.result() for each in tries]
    closed = [each for each in outcomes if isinstance(each, DayClosed)]
    assert sorted(each.is_new for each in closed) == [False, False, True]
    assert len({each.sha256 for each in closed}) == 1
