"""Taking in what a provider says is owed."""

import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from sqlalchemy import Connection, event

from ledger.postgres.transaction import OpenTx, Tx
from payments.errors import InputRefused
from payments.obligation import NewObligation, ObligationStatus
from payments.personal_data import unseal
from payments.postgres.obligation_rows import obligations_by_id
from payments.push_beneficiaries import push_beneficiaries
from payments.push_obligations import PUSHED_MAX, PushOutcome, PushVerdict, push_obligations
from tests.payments.owed import KEYS, NOW, TREASURY, demand, fine, push, record


def pushed(tx: Tx, *obligations: NewObligation) -> list[PushVerdict]:
    push_beneficiaries(tx, [TREASURY])
    return push_obligations(tx, obligations, keys=KEYS, now=NOW)


def outcomes(verdicts: list[PushVerdict]) -> list[PushOutcome]:
    return [verdict.outcome for verdict in verdicts]


def test_what_is_new_is_kept_as_pushed(tx: Tx):
    verdicts = pushed(tx, fine(), demand())
    kept = obligations_by_id(tx, {verdict.obligation_id or 0 for verdict in verdicts})
    kept_fine, kept_demand = (kept[verdict.obligation_id or 0] for verdict in verdicts)
    assert outcomes(verdicts) == [PushOutcome.NEW, PushOutcome.NEW]
    assert (kept_fine.number, kept_fine.number_shown) == ("0012345/QD-XPHC", "0012345/QĐ-XPHC")
    assert (kept_fine.status, kept_fine.pushed_at) == (ObligationStatus.OPEN, NOW)
    assert kept_fine.facts["fine_vnd"] == 3_000_000
    assert kept_fine.sealed is not None
    assert unseal(KEYS, kept_fine.sealed, place=kept_fine.sealed_place) == fine().personal
    assert (kept_demand.subject_index, kept_demand.sealed) == (None, None)


def test_personal_data_is_unreadable_in_the_database(tx: Tx):
    (verdict,) = pushed(tx, fine())
    row = repr(obligations_by_id(tx, [verdict.obligation_id or 0]))
    for secret in ("Nguyễn", "12321", "123.21"):
        assert secret not in row


def test_pushing_the_same_again_keeps_one_row(tx: Tx):
    first = pushed(tx, fine())
    second = pushed(tx, replace(fine(), number=" 0012345/qd\u2013xphc"))
    assert outcomes(first + second) == [PushOutcome.NEW, PushOutcome.SAME_AGAIN]
    assert first[0].obligation_id == second[0].obligation_id


@pytest.mark.parametrize(
    "changed",
    [
        fine(fine_vnd=3_000_001),
        fine(received_on="2026-03-11"),
        replace(fine(), subject="59A-123.22"),
        replace(fine(), personal={"name": "Nguyễn Văn Anh", "plate": "59A-123.21"}),
        replace(fine(), personal={}),
    ],
)
def test_other_content_under_a_known_number_conflicts_and_changes_nothing(
    tx: Tx, changed: NewObligation
):
    (first,) = pushed(tx, fine())
    before = obligations_by_id(tx, [first.obligation_id or 0])
    (second,) = pushed(tx, changed)
    assert second.outcome is PushOutcome.CONFLICTS
    assert second.obligation_id == first.obligation_id
    assert obligations_by_id(tx, [first.obligation_id or 0]) == before


def test_twins_inside_one_push_are_told_apart(tx: Tx):
    verdicts = pushed(tx, fine(), fine(), fine(fine_vnd=1))
    assert outcomes(verdicts) == [
        PushOutcome.NEW,
        PushOutcome.SAME_AGAIN,
        PushOutcome.CONFLICTS,
    ]
    assert len({verdict.obligation_id for verdict in verdicts}) == 1


def test_two_providers_may_use_one_number(tx: Tx):
    verdicts = pushed(tx, fine(), replace(fine(), provider="thanh-tra"))
    assert outcomes(verdicts) == [PushOutcome.NEW, PushOutcome.NEW]


BAD = {
    "decided_on": replace(fine(), decided_on=date(2026, 3, 9)),
    "beneficiary": replace(fine(), beneficiary="nobody"),
    "kind": replace(fine(), kind="parking"),
    "provider": replace(fine(), provider="a b"),
    "number": replace(fine(), number="a\x00b"),
    "subject": replace(fine(), subject="-"),
    "personal.plate": replace(fine(), personal={"plate": "59\u0410-123.21"}),
    "personal.name": replace(fine(), personal={"name": "An\u202e"}),
    "facts.behaviour": fine(behaviour="Chạy\u200bnhanh"),
    "personal.nickname": replace(fine(), personal={"nickname": "x"}),
    "facts.fine_vnd": fine(fine_vnd=0),
    "facts.surcharge": fine(surcharge=0),
}


@pytest.mark.parametrize("field", BAD)
def test_one_bad_item_is_named_and_sinks_no_other(tx: Tx, field: str):
    verdicts = pushed(tx, fine("1/QĐ-XPHC"), BAD[field], fine("2/QĐ-XPHC"))
    assert outcomes(verdicts) == [PushOutcome.NEW, PushOutcome.REFUSED, PushOutcome.NEW]
    assert (verdicts[1].field, verdicts[1].obligation_id) == (field, None)
    assert verdicts[1].reason
    assert verdicts[1].number == BAD[field].number


NOT_YET = {
    "decided_on": replace(
        fine(issued_on="2026-03-12", received_on=None), decided_on=date(2026, 3, 12)
    ),
    "facts.received_on": fine(received_on="2026-03-12"),
    "facts.issued_on": replace(
        demand(),
        kind="land_notice",
        subject="2345",
        facts={
            "title": "Tiền sử dụng đất",
            "authority": "Thuế cơ sở 3",
            "issued_on": "2026-03-12",
            "lines": [{"title": "Lệ phí trước bạ", "amount_vnd": 1, "law": "Nghị định 10/2022"}],
        },
    ),
}


@pytest.mark.parametrize("field", NOT_YET)
def test_a_day_after_that_of_the_push_in_vietnam_is_refused_by_name(tx: Tx, field: str):
    push_beneficiaries(tx, [TREASURY])
    late = datetime(2026, 3, 11, 16, 59, tzinfo=UTC)
    for now, outcome in ((late, PushOutcome.REFUSED), (late + timedelta(minutes=1), "new")):
        (verdict,) = push_obligations(tx, [NOT_YET[field]], keys=KEYS, now=now)
        assert verdict.outcome == outcome, verdict
        assert verdict.field == (field if outcome is PushOutcome.REFUSED else "")


@pytest.mark.parametrize("subject", ["99", "59A", "ABCDE"])
def test_what_is_neither_a_plate_nor_last_digits_is_refused(tx: Tx, subject: str):
    (verdict,) = pushed(tx, replace(fine(), subject=subject))
    assert (verdict.outcome, verdict.field) == (PushOutcome.REFUSED, "subject")


WRONG_PERSONAL = [
    *[("plate", value) for value in ("99", "5", "ABC-DEF", "1234")],
    *[("personal_id", value) for value in ("12", "00109901234", "0010990123456", "C1234567")],
]


@pytest.mark.parametrize(("name", "value"), WRONG_PERSONAL)
def test_a_plate_or_identity_number_of_another_shape_is_refused(tx: Tx, name: str, value: str):
    (verdict,) = pushed(tx, replace(fine(), personal={name: value}))
    assert (verdict.outcome, verdict.field) == (PushOutcome.REFUSED, f"personal.{name}")


@pytest.mark.parametrize("personal_id", ["012345678", "001099012345", "001 099 012 345"])
@pytest.mark.parametrize("plate", ["59A-123.21", "29-1234", "TM-12-34", "80-123-NG-45", "29MĐ1-1"])
def test_plates_and_identity_numbers_there_are_are_taken(tx: Tx, personal_id: str, plate: str):
    given = {"personal_id": personal_id, "plate": plate}
    assert outcomes(pushed(tx, replace(fine(), personal=given))) == [PushOutcome.NEW]


def test_a_fine_nobody_could_look_up_is_refused(tx: Tx):
    (verdict,) = pushed(tx, replace(fine(), decided_on=None))
    assert (verdict.outcome, verdict.field) == (PushOutcome.REFUSED, "decided_on")


def test_a_decision_ends_no_decision_yet(tx: Tx):
    push(tx, record("0077/BB-VPHC"), record("0078/BB-VPHC"))
    pushed(tx, fine(record_number="0077 / bb-vphc"))
    (first, second) = pushed(tx, record("0077/BB-VPHC"), record("0078/BB-VPHC"))
    kept = obligations_by_id(tx, [first.obligation_id or 0, second.obligation_id or 0])
    assert kept[first.obligation_id or 0].status is ObligationStatus.SUPERSEDED
    assert kept[second.obligation_id or 0].status is ObligationStatus.OPEN


@pytest.mark.parametrize("field", ["number", "subject"])
def test_a_letter_that_only_looks_latin_is_named_with_the_one_meant(tx: Tx, field: str):
    faked = {"number": "12/\u041dA", "subject": "59A-\u0391"}[field]
    (verdict,) = pushed(tx, replace(fine(), **{field: faked}))
    assert (verdict.outcome, verdict.field) == (PushOutcome.REFUSED, field)
    assert "is meant" in verdict.reason


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_letters_are_the_same_content(tx: Tx, form: Literal["NFC", "NFD"]):
    pushed(tx, fine())
    usual = fine()
    spelled = replace(
        usual,
        number=unicodedata.normalize(form, usual.number),
        personal={k: unicodedata.normalize(form, v) for k, v in usual.personal.items()},
        facts={
            k: unicodedata.normalize(form, v) if isinstance(v, str) else v
            for k, v in usual.facts.items()
        },
    )
    assert outcomes(pushed(tx, spelled)) == [PushOutcome.SAME_AGAIN]


def test_saying_the_same_again_is_noted_and_other_content_is_not(tx: Tx):
    (first, other) = pushed(tx, fine("1/QĐ-XPHC"), fine("2/QĐ-XPHC"))
    later = NOW + timedelta(days=3)
    again = [fine("1/QĐ-XPHC"), fine("2/QĐ-XPHC", fine_vnd=1)]
    push_obligations(tx, again, keys=KEYS, now=later)
    kept = obligations_by_id(tx, [first.obligation_id or 0, other.obligation_id or 0])
    assert [kept[each.obligation_id or 0].heard_at for each in (first, other)] == [later, NOW]
    assert kept[first.obligation_id or 0].version == 1


def test_nothing_pushed_is_nothing_done(tx: Tx):
    assert push_obligations(tx, [], keys=KEYS, now=NOW) == []


def test_too_many_at_once_are_refused(tx: Tx):
    with pytest.raises(InputRefused, match="at most"):
        push_obligations(tx, [fine()] * (PUSHED_MAX + 1), keys=KEYS, now=NOW)


def test_a_thousand_take_as_many_statements_as_one(tx: Tx):
    push_beneficiaries(tx, [TREASURY])
    statements: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(tx, "before_cursor_execute", note)
    counts: list[int] = []
    for batch, size in enumerate((1, PUSHED_MAX)):
        statements.clear()
        many = [fine(f"{batch}-{number}/QĐ-XPHC") for number in range(size)]
        push_obligations(tx, many, keys=KEYS, now=NOW)
        counts.append(len(statements))
    assert counts[1] == counts[0] <= 3


def test_pushing_the_same_at_once_keeps_each_once(open_tx: OpenTx):
    many = [fine(f"{number}/QĐ-XPHC") for number in range(200)]
    with open_tx() as tx:
        push_beneficiaries(tx, [TREASURY])

    def push_in_some_order(seed: int) -> list[PushVerdict]:
        shuffled = [many[(seed * 37 + step * 77) % len(many)] for step in range(len(many))]
        with open_tx() as tx:
            return push_obligations(tx, shuffled, keys=KEYS, now=NOW)

    with ThreadPoolExecutor(max_workers=4) as pool:
        verdicts = [each for part in pool.map(push_in_some_order, range(4)) for each in part]
    counted = Counter((verdict.number, verdict.outcome) for verdict in verdicts)
    assert counted == {
        (each.number, outcome): times
        for each in many
        for outcome, times in ((PushOutcome.NEW, 1), (PushOutcome.SAME_AGAIN, 3))
    }
    assert len({verdict.obligation_id for verdict in verdicts}) == len(many)
