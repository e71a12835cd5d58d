"""What may be shown: masked but to oneself, priced or with the rule that forbids, and how old."""

from dataclasses import replace
from datetime import date, timedelta

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.found import RATE_MISSING, Found, Sight
from payments.obligation import NewObligation, ObligationStatus
from payments.obligation_change import ChangeAct
from payments.personal_data import person_index
from payments.postgres import outage_rows
from payments.postgres.outage_rows import OutageSource
from payments.quoting import TEXTS
from payments.show_obligations import show_obligations
from tests.payments.changing import CANCEL, changed, correct
from tests.payments.owed import KEYS, NOW, RATES, TODAY, fine, push
from tests.payments.scene import opened

PERSON = "001085000011"
LONG_AGO = date(1999, 1, 1)


def _own(number: str = "0012345/QĐ-XPHC", **facts: object) -> NewObligation:
    owed = fine(number, **facts)
    return replace(owed, personal={**owed.personal, "personal_id": PERSON})


def _shown(tx: Tx, *ids: int, person: tuple[bytes, ...] = (), on: date = TODAY) -> list[Found]:
    return show_obligations(tx, ids, on=on, keys=KEYS, rates=RATES, person=person)


def test_only_the_person_who_owes_it_sees_names_in_full(tx: Tx):
    ids = push(tx, _own(), fine("77/QĐ-XPHC"))
    mine = person_index(KEYS, personal_id=PERSON)
    own, foreign = _shown(tx, *ids, person=(mine,))
    assert (own.sight, own.who, own.plate) == (Sight.OWN, "Nguyễn Văn An", "59A-123.21")
    assert (foreign.sight, foreign.who) == (Sight.MASKED, "N. V. A.")
    (stranger,) = _shown(tx, ids[0], person=(person_index(KEYS, personal_id="0" * 12),))
    assert (stranger.sight, stranger.who, stranger.plate) == (
        Sight.MASKED,
        "N. V. A.",
        "59A-***.21",
    )


def test_they_come_in_the_order_asked_and_unknown_ones_are_left_out(tx: Tx):
    first, second = push(tx, fine(), fine("77/QĐ-XPHC"))
    shown = _shown(tx, second, 999_999_999, first, second)
    assert [each.obligation_id for each in shown] == [second, first]


def test_a_missing_rate_is_a_reason_and_never_a_price(tx: Tx):
    (owed,) = push(tx, fine())
    (shown,) = _shown(tx, owed, on=LONG_AGO)
    assert shown.quote is None or shown.quote.total == Money(3_000_000)
    very_late = TODAY + timedelta(days=400 * 366)
    (far,) = _shown(tx, owed, on=very_late)
    assert far.unpriced in {"", RATE_MISSING}
    assert (far.quote is None) == (far.unpriced == RATE_MISSING)


def test_a_deferral_that_runs_is_told(tx: Tx):
    (owed,) = push(tx, fine(suspended=[["2026-03-01", "2026-03-20"]]))
    assert _shown(tx, owed)[0].deferred_until == date(2026, 3, 20)
    assert _shown(tx, owed, on=date(2026, 3, 21))[0].deferred_until is None


def test_a_corrected_decision_says_so_with_its_newest_document(tx: Tx):
    one, untouched = push(tx, fine(), fine("2/QĐ-XPHC"))
    changed(tx, correct(2_500_000))
    changed(tx, correct(2_000_000, document="19/QĐ-SĐ"))
    shown, other = (each.quote for each in _shown(tx, one, untouched))
    assert shown is not None
    assert other is not None
    note = shown.notes[0]
    assert (note.code, note.values) == ("corrected", {"document": "19/QĐ-SĐ", "day": TODAY})
    assert note.text in TEXTS
    assert "corrected" not in {each.code for each in other.notes}


def test_a_deferral_alone_is_no_correction(tx: Tx):
    (one,) = push(tx, fine())
    period = (TODAY, date(2026, 4, 10))
    changed(tx, replace(CANCEL, act=ChangeAct.DEFER, document="20/QĐ-HTH", period=period))
    (shown,) = _shown(tx, one)
    assert shown.quote is not None
    assert [note.code for note in shown.quote.notes] == ["suspended"]


def test_the_age_of_what_was_said_and_a_system_away_are_told(tx: Tx):
    (owed,) = push(tx, fine())
    (before,) = _shown(tx, owed)
    assert (before.heard_at, before.away_since) == (NOW, None)
    outage_rows.keep_down(
        tx, provider="csgt", source=OutageSource.STAFF, reason="x", since=NOW, now=NOW
    )
    assert _shown(tx, owed)[0].away_since == NOW


def test_one_being_paid_says_until_when(tx: Tx):
    (owed,) = push(tx, fine())
    payment = opened(tx, [owed])
    (shown,) = _shown(tx, owed)
    assert (shown.status, shown.being_paid_until) == (ObligationStatus.OPEN, payment.expires_at)
