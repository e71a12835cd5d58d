"""Change what authorities pushed, one obligation at a time and each on its own ground."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.obligation_change import (
    CHANGES_MAX,
    ChangeAct,
    ChangeOutcome,
    Instalment,
)
from payments.postgres import change_rows
from tests.payments.changing import (
    CANCEL,
    change,
    changed,
    correct,
    kept,
    supersede,
)
from tests.payments.owed import FINE_FACTS, NOW, fine, push


def test_more_changes_than_the_limit_are_refused_at_once(tx: Tx):
    with pytest.raises(InputRefused):
        change(tx, *[CANCEL] * (CHANGES_MAX + 1))


def test_a_correction_is_a_new_version_and_keeps_the_one_before(tx: Tx):
    (one,) = push(tx, fine())
    assert changed(tx, correct(2_000_000)).version == 2
    assert (kept(tx, one).facts["fine_vnd"], kept(tx, one).version) == (2_000_000, 2)
    before = tx.execute(
        text(
            "SELECT facts->'fine_vnd' AS vnd, version, replaced_by FROM payments.obligation_version"
        )
    ).one()
    assert tuple(before) == (3_000_000, 1, 2)
    (done,) = change_rows.changes_of(tx, one)
    assert (done.act, done.document, done.changed_by) == (ChangeAct.CORRECT, "16/QĐ-ĐC", "csgt")


def test_the_same_change_again_changes_nothing(tx: Tx):
    (one,) = push(tx, fine())
    changed(tx, correct(2_000_000))
    (again,) = change(tx, replace(correct(2_000_000), version=1, by="another-key"))
    assert (again.outcome, again.version) == (ChangeOutcome.SAME_AGAIN, 2)
    (other,) = change(tx, correct(1_000_000))
    assert (other.outcome, other.field) == (ChangeOutcome.REFUSED, "document")
    assert kept(tx, one).version == 2


def test_one_bad_change_sinks_no_other(tx: Tx):
    push(tx, fine(), fine("2/QĐ-XPHC"))
    verdicts = change(
        tx,
        replace(CANCEL, number="3/QĐ-XPHC"),
        replace(correct(2_000_000), version=4),
        replace(CANCEL, reason=" "),
        replace(CANCEL, document="\u202e"),
        replace(CANCEL, kind="other"),
        replace(CANCEL, number=""),
        replace(CANCEL, facts={}),
        replace(CANCEL, act=ChangeAct.DEFER),
        replace(CANCEL, act=ChangeAct.CORRECT),
        replace(CANCEL, act=ChangeAct.CORRECT, facts={"fine_vnd": "a lot"}),
        replace(CANCEL, act=ChangeAct.CORRECT, beneficiary="nobody"),
        replace(CANCEL, act=ChangeAct.CORRECT, subject=""),
        replace(CANCEL, act=ChangeAct.CORRECT, decided_on=date(2026, 3, 9)),
        replace(CANCEL, number="2/QĐ-XPHC"),
    )
    assert [(each.outcome.value, each.field) for each in verdicts] == [
        ("not_found", ""),
        ("stale", "version"),
        ("refused", "reason"),
        ("refused", "document"),
        ("refused", "kind"),
        ("refused", "number"),
        ("refused", "facts"),
        ("refused", "period"),
        ("refused", "facts"),
        ("refused", "facts.fine_vnd"),
        ("refused", "beneficiary"),
        ("refused", "subject"),
        ("refused", "decided_on"),
        ("changed", ""),
    ]


@pytest.mark.parametrize(
    ("field", "corrected"),
    [
        ("subject", {"subject": "59А-123.21"}),  # noqa: RUF001 (a Cyrillic A)
        ("subject", {"subject": "59A\u200b-123.21"}),
        ("personal.name", {"personal": {"name": "Trần\u202e Bình"}}),
        ("personal.plate", {"personal": {"plate": "59А-123.21"}}),  # noqa: RUF001 (as above)
        ("personal.personal_id", {"personal": {"personal_id": "O01099012345\u0661"}}),
        ("facts.behaviour", {"facts": {**FINE_FACTS, "behaviour": "Vượt\u200b đèn đỏ"}}),
        ("personal.personal_id", {"personal": {"personal_id": "C1234567"}}),
        ("personal.plate", {"personal": {"plate": "99"}}),
        ("subject", {"subject": "99"}),
        ("facts.received_on", {"facts": {**FINE_FACTS, "received_on": "2099-01-01"}}),
        ("successor.subject", {"successor": replace(fine("2/Q"), subject="59А-1")}),  # noqa: RUF001 (as above)
    ],
)
def test_corrected_words_are_checked_as_those_of_a_push(
    tx: Tx, field: str, corrected: dict[str, object]
):
    (one,) = push(tx, fine())
    act = ChangeAct.SUPERSEDE if "successor" in corrected else ChangeAct.CORRECT
    (verdict,) = change(tx, replace(CANCEL, act=act, **corrected))
    assert (verdict.outcome, verdict.field) == (ChangeOutcome.REFUSED, field), verdict
    assert kept(tx, one).version == 1


def test_a_corrected_plate_and_person_are_found_and_the_old_ones_are_not(tx: Tx):
    (one,) = push(tx, fine())
    before = kept(tx, one)
    personal = {"name": "Trần Thị Bình", "personal_id": "001099012345"}
    changed(
        tx,
        replace(CANCEL, act=ChangeAct.CORRECT, subject="30F-999.99", personal=personal),
    )
    after = kept(tx, one)
    assert after.subject_index != before.subject_index
    assert after.other_index is not None
    assert after.person_index is not None
    changed(
        tx, replace(CANCEL, act=ChangeAct.CORRECT, document="2", personal={"name": "Trần Bình"})
    )
    assert kept(tx, one).other_index is None
    assert kept(tx, one).subject_index == after.subject_index


def test_deferred_days_cost_no_surcharge(tx: Tx):
    (one,) = push(tx, fine())
    period = (date(2026, 3, 21), date(2026, 4, 20))
    changed(tx, replace(CANCEL, act=ChangeAct.DEFER, period=period))
    assert kept(tx, one).facts["suspended"] == [["2026-03-21", "2026-04-20"]]
    (demand,) = change(tx, replace(CANCEL, act=ChangeAct.DEFER, period=period, document="2"))
    assert (demand.outcome, demand.field) == (ChangeOutcome.REFUSED, "period")


def test_a_kind_without_relief_refuses_it(tx: Tx):
    push(tx, replace(fine(), kind="demand", facts={"amount_vnd": 1, "title": "a", "law": "b"}))
    parts = (Instalment(NOW.date(), Money(1)), Instalment(NOW.date() + timedelta(1), Money(1)))
    demand = replace(CANCEL, kind="demand", act=ChangeAct.INSTALMENTS, instalments=parts)
    assert change(tx, demand)[0].field == "act"
    period = (NOW.date(), NOW.date())
    assert change(tx, replace(CANCEL, kind="demand", act=ChangeAct.DEFER, period=period))[
        0
    ].field == ("act")


def test_a_new_decision_takes_the_place_of_all_before_it(tx: Tx):
    (one,) = push(tx, fine())
    two = changed(tx, supersede(fine("2/QĐ-XPHC"))).successor_id
    three = changed(tx, supersede(fine("3/QĐ-XPHC"), number="2/QĐ-XPHC")).successor_id
    assert two is not None
    assert three is not None
    assert [kept(tx, each).successor_id for each in (one, two, three)] == [three, three, None]
    assert [kept(tx, each).status.value for each in (one, two, three)] == [
        "superseded",
        "superseded",
        "open",
    ]
    (again,) = change(tx, supersede(fine("2/QĐ-XPHC")))
    assert (again.outcome, again.successor_id) == (ChangeOutcome.SAME_AGAIN, three)
    (known,) = change(tx, supersede(fine(), number="3/QĐ-XPHC"))
    assert (known.outcome, known.field) == (ChangeOutcome.REFUSED, "successor.number")
    (ended,) = change(tx, correct(1_000_000))
    assert (ended.outcome, ended.field) == (ChangeOutcome.REFUSED, "act")
