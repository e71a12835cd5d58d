"""Every difference can be closed: each way leaves the clearing accounts at zero, batch by batch."""

from collections.abc import Sequence
from datetime import date
from itertools import count

import pytest

from ledger.accounts import AccountKind
from ledger.entry import SUSPENSE, Entry, batch_of
from ledger.money import Money
from ledger.movements.captured import captured
from ledger.movements.captured_twice import captured_twice
from ledger.movements.charged_back import charged_back
from ledger.movements.claimed import claimed
from ledger.movements.credited import credited
from ledger.movements.credited_late import credited_late
from ledger.movements.delayed import delayed
from ledger.movements.differed import differed
from ledger.movements.dropped import dropped
from ledger.movements.fee_accepted import fee_accepted
from ledger.movements.fee_borne import fee_borne
from ledger.movements.fee_disputed import fee_disputed
from ledger.movements.given_back import given_back
from ledger.movements.identified import identified
from ledger.movements.made_good import made_good
from ledger.movements.parked import parked
from ledger.movements.refund_granted import refund_granted
from ledger.movements.refunded import refunded
from ledger.movements.reversed import reversed as mirror_of
from ledger.movements.settled import settled
from ledger.movements.withheld import withheld
from ledger.movements.written_off import written_off
from ledger.postgres.balances import balances, uncleared
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from reconciliation.breaks import BreakKind
from tests.ledger.movement_samples import Moved, Said
from tests.ledger.samples import DAY, NEXT_DAY

GATEWAY, OURS, THEIRS = "vnpay", "kbnn-0011", "kbnn-0012"
RECEIVABLE, IN_TRANSIT = AccountKind.RECEIVABLE, AccountKind.IN_TRANSIT
NEVER_IN_THE_BOOK = {
    BreakKind.CONFLICTING_LINE,  # one of the two lines is what counts
    BreakKind.AMBIGUOUS,  # people choose, and then it is a match
    BreakKind.UNIDENTIFIED_RECEIPT,  # only the beneficiary has it, we hold no money
    BreakKind.IN_TRANSIT,  # the balance itself is the explanation
}

_numbers = count(1)


def _batch(beneficiary: str, day: date = DAY) -> str:
    return batch_of(gateway=GATEWAY, business_date=day, beneficiary=beneficiary)


OWN, NEXT = _batch(OURS), _batch(OURS, NEXT_DAY)
REFUND, WAITING = _batch("refund"), _batch(SUSPENSE)


def _said(day: date = DAY) -> Said:
    return Said(key=f"k:{next(_numbers)}", gateway=GATEWAY, business_date=day, source="test")


def _moved(vnd: int, batch: str = OWN) -> Moved:
    return Moved(**_said(NEXT_DAY), batch=batch, amount=Money(vnd))


def _take(vnd: int = 100, day: date = DAY) -> Entry:
    return captured(**_said(day), lines=[(OURS, Money(vnd))])


def _pass_on(vnd: int = 100, batch: str = OWN, fee: int = 0) -> Entry:
    return settled(
        **_said(NEXT_DAY),
        beneficiary=batch.rpartition("/")[2],
        batch=batch,
        gross=Money(vnd),
        fee=Money(fee),
    )


def _arrive(vnd: int = 100, batch: str = OWN) -> Entry:
    return credited(**_moved(vnd, batch), beneficiary=OURS)


def _differ(vnd: int, stands_in: AccountKind = RECEIVABLE, batch: str = OWN) -> Entry:
    return differed(**_said(NEXT_DAY), stands_in=stands_in, batch=batch, difference=Money(vnd))


def _claim(vnd: int, out_of: AccountKind, party: str = GATEWAY, batch: str = OWN) -> Entry:
    return claimed(**_moved(vnd, batch), party=party, out_of=out_of)


def _make_good(
    vnd: int, party: str = GATEWAY, batch: str = OWN, beneficiary: str | None = OURS
) -> Entry:
    return made_good(**_moved(vnd, batch), party=party, beneficiary=beneficiary)


def _twice() -> Entry:
    return captured_twice(**_said(), amount=Money(100))


def _identify(vnd: int, batch: str, beneficiary: str | None, *, differs: bool) -> Entry:
    return identified(**_moved(vnd, batch), beneficiary=beneficiary, differs=differs)


def _mirror(entry: Entry) -> Entry:
    return mirror_of(entry, key=f"undo:{entry.key}", business_date=NEXT_DAY, source="test")


def _and_back(entry: Entry) -> list[Entry]:
    return [entry, _mirror(entry)]


PAST = [_take(), _pass_on(), _arrive()]
SHORT = [_take(), _differ(-10), _pass_on(90), _arrive(90)]
UNKNOWN = parked(**_said(), amount=Money(100), differs=False)
CHARGED_BACK = [
    *PAST,
    _take(500, NEXT_DAY),
    charged_back(**_moved(100, NEXT), party="payer-7"),
    _pass_on(400, NEXT),
    _arrive(400, NEXT),
]
WAYS: dict[str, Sequence[Entry]] = {
    "no difference: nothing differs": PAST,
    "missing_at_gateway: the line comes late": [
        _take(),
        *_and_back(_claim(100, RECEIVABLE)),
        _pass_on(),
        _arrive(),
    ],
    "missing_at_gateway: it was never taken": [
        _take(),
        _claim(100, RECEIVABLE),
        dropped(**_moved(100), party=GATEWAY, beneficiary=OURS),
    ],
    "missing_at_gateway: it is paid straight to the beneficiary": [
        _take(),
        _claim(100, RECEIVABLE),
        _make_good(100),
    ],
    "missing_at_gateway: two people gave up, and we pay": [
        _take(),
        _claim(100, RECEIVABLE),
        written_off(**_moved(100), party=GATEWAY, is_gain=False),
        _make_good(100, party="operator"),
    ],
    "missing_in_ledger: the owner is found before it arrives": [
        UNKNOWN,
        _pass_on(batch=WAITING),
        _identify(100, WAITING, OURS, differs=False),
        _arrive(batch=WAITING),
    ],
    "missing_in_ledger: the payer gets it back": [
        UNKNOWN,
        _identify(100, WAITING, None, differs=False),
        refunded(**_moved(100, WAITING)),
    ],
    "amount_mismatch: less, and the rest follows": [
        _take(),
        *_and_back(_differ(-10)),
        _pass_on(),
        _arrive(),
    ],
    "amount_mismatch: less, and the gateway pays": [
        *SHORT,
        _claim(10, AccountKind.SUSPENSE_DIFFERENCE),
        _make_good(10),
    ],
    "amount_mismatch: less, and no more was taken": [
        *SHORT,
        _claim(10, AccountKind.SUSPENSE_DIFFERENCE),
        dropped(**_moved(10), party=GATEWAY, beneficiary=OURS),
    ],
    "amount_mismatch: more, and the beneficiary gives it back to the payer": [
        _take(),
        _differ(10),
        _pass_on(110),
        _arrive(100),
        _identify(10, OWN, None, differs=True),
        _claim(10, IN_TRANSIT, OURS),
        _make_good(10, OURS, beneficiary=None),
    ],
    "amount_mismatch: more, and nobody asks for it": [
        _take(),
        _differ(10),
        _pass_on(110),
        _arrive(100),
        _claim(10, IN_TRANSIT, OURS),
        written_off(**_moved(10), party=None, is_gain=True),
    ],
    "duplicate_payment: the gateway still has it": [_twice(), refunded(**_moved(100, REFUND))],
    "duplicate_payment: the gateway keeps the refund from a later day": [
        _twice(),
        _pass_on(batch=REFUND),
        _claim(100, IN_TRANSIT, OURS, REFUND),
        _take(500, NEXT_DAY),
        refunded(**_moved(100, NEXT)),
        _pass_on(400, NEXT),
        _arrive(400, NEXT),
        _make_good(100, OURS, NEXT),
    ],
    "duplicate_payment: the gateway refunds it and keeps it from a later payout": [
        _twice(),
        _pass_on(batch=REFUND),
        refunded(**_moved(100, REFUND)),
        withheld(**_moved(100, REFUND)),
    ],
    "refund_mismatch: what arrived is given up, refunded, and kept from a later payout": [
        _take(),
        _pass_on(),
        _arrive(),
        refund_granted(**_moved(100), beneficiary=OURS),
        refunded(**_moved(100)),
        withheld(**_moved(100)),
        given_back(**_moved(100), beneficiary=OURS),
    ],
    "duplicate_payment: the beneficiary gives it back to the payer": [
        _twice(),
        _pass_on(batch=REFUND),
        _claim(100, IN_TRANSIT, OURS, REFUND),
        _make_good(100, OURS, REFUND, None),
    ],
    "wrong_beneficiary: the holder passes it on": [
        _take(),
        _pass_on(),
        _claim(100, IN_TRANSIT, THEIRS),
        _make_good(100, THEIRS),
    ],
    "fee_mismatch: it is within the contract": [
        _take(),
        _pass_on(100, fee=5),
        _arrive(95),
        fee_borne(**_moved(5), beneficiary=OURS),
    ],
    "fee_mismatch: we accept it and pay for it": [
        _take(),
        fee_disputed(**_moved(5), out_of=RECEIVABLE),
        _pass_on(95),
        _arrive(95),
        fee_accepted(**_moved(5)),
        _make_good(5, "operator"),
    ],
    "fee_mismatch: we refuse it and the gateway pays": [
        _take(),
        fee_disputed(**_moved(5), out_of=RECEIVABLE),
        _pass_on(95),
        _arrive(95),
        _claim(5, AccountKind.FEE_DISPUTE),
        _make_good(5),
    ],
    "refund_mismatch: it was a refund we owed": [
        _twice(),
        *_and_back(_differ(-100, batch=REFUND)),
        refunded(**_moved(100, REFUND)),
    ],
    "refund_mismatch: nobody owed it and the gateway pays": [
        *SHORT,
        _claim(10, AccountKind.SUSPENSE_DIFFERENCE),
        _make_good(10),
    ],
    "missing_at_bank: it arrives after all": [
        _take(),
        _pass_on(),
        delayed(**_moved(100)),
        credited_late(**_moved(100), beneficiary=OURS),
    ],
    "missing_at_bank: it never arrives and the gateway pays": [
        _take(),
        _pass_on(),
        delayed(**_moved(100)),
        _claim(100, AccountKind.OVERDUE),
        _make_good(100),
    ],
    "batch_total_mismatch: less, and the rest arrives": [
        _take(),
        _pass_on(),
        _arrive(90),
        *_and_back(_differ(-10, IN_TRANSIT)),
        _arrive(10),
    ],
    "batch_total_mismatch: less, and it was a fee the beneficiary bears": [
        _take(),
        _pass_on(),
        _arrive(90),
        fee_disputed(**_moved(10), out_of=IN_TRANSIT),
        fee_accepted(**_moved(10)),
        fee_borne(**_moved(10), beneficiary=OURS),
    ],
    "batch_total_mismatch: more, and it is the beneficiary's": [
        _take(),
        _pass_on(),
        _differ(10, IN_TRANSIT),
        _identify(10, OWN, OURS, differs=True),
        _arrive(110),
    ],
    "reversed: the payer pays again": [*CHARGED_BACK, _make_good(100, "payer-7", NEXT)],
    "reversed: the beneficiary goes without": [
        *CHARGED_BACK,
        dropped(**_moved(100, NEXT), party="payer-7", beneficiary=OURS),
    ],
    "reversed: the gateway gives it back": [
        *PAST,
        _take(500, NEXT_DAY),
        *_and_back(charged_back(**_moved(100, NEXT), party="payer-7")),
        _pass_on(500, NEXT),
        _arrive(500, NEXT),
    ],
    "no difference: the beneficiary gives up what is on its way": [
        _take(),
        refund_granted(**_moved(100), beneficiary=OURS),
        refunded(**_moved(100)),
    ],
}
LEFT: dict[str, dict[str, int]] = {
    "missing_at_gateway: two people gave up, and we pay": {"loss": 100, "claim:operator": -100},
    "amount_mismatch: more, and nobody asks for it": {"gain": -10, "claim:kbnn-0011": 10},
    "fee_mismatch: we accept it and pay for it": {"gateway_fee:vnpay": 5, "claim:operator": -5},
}
"""What a way leaves standing on purpose, above zero on the debit side."""


@pytest.mark.parametrize("way", WAYS)
def test_a_way_of_closing_leaves_only_what_it_says(tx: Tx, way: str) -> None:
    _post(tx, WAYS[way])
    assert uncleared(tx, until=NEXT_DAY) == []
    assert _standing(tx) == LEFT.get(way, {})


@pytest.mark.parametrize("way", WAYS)
def test_a_way_of_closing_can_be_gone_back_step_by_step(tx: Tx, way: str) -> None:
    _post(tx, WAYS[way])
    undone = {entry.corrects for entry in WAYS[way]}
    _post(
        tx,
        [
            _mirror(entry)
            for entry in WAYS[way][::-1]
            if entry.corrects is None and entry.key not in undone
        ],
    )
    assert _standing(tx) == {}


def test_every_kind_of_difference_has_a_way_to_close() -> None:
    kinds = {way.partition(":")[0] for way in WAYS} - {"no difference"}
    assert kinds == set(BreakKind) - NEVER_IN_THE_BOOK


def _post(tx: Tx, entries: Sequence[Entry]) -> None:
    for entry in entries:  # One by one: a mirror needs what it mirrors.
        post_entries(tx, [entry])


def _standing(tx: Tx) -> dict[str, int]:
    return {place.code: one.net.vnd for place, one in balances(tx).items() if one.net.vnd}
