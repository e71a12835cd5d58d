"""Audit records: written beside the act or not at all, never changed, read in order."""

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from psycopg import errors
from sqlalchemy import func, select, text

from ledger.audit_record import Act, AuditRecord, Doer, digest_of
from ledger.errors import EntryRefused
from ledger.postgres.audit_rows import FETCH_MAX, between, newest, record
from ledger.postgres.refusals import refusals
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.attempts import EVERYONE, as_role, refusal
from tests.ledger.samples import audit_records

LAN = Doer(actor="os:lan", reason="Sao kê đến muộn").did(Act.CLOSE_DAY, to="day:2026-11-21")
PARTS = replace(LAN, reason=unicodedata.normalize("NFD", LAN.reason))
WRITERS = ["clearing_app", "clearing_recon"]
WORDS = {"actor": "os:lan", "action": "view", "subject": "day:1", "reason": "why"}
WRITE_PAST_THE_FUNCTION = text(
    "INSERT INTO ledger.audit_record (actor, action, subject, reason, digest)"
    " VALUES (:actor, :action, :subject, :reason, coalesce(:digest,"
    " ledger.audit_digest_v1(:actor, :action, :subject, :reason), ''))"
)
CHANGES = [
    "UPDATE ledger.audit_record SET reason = reason",
    "DELETE FROM ledger.audit_record",
    "TRUNCATE ledger.audit_record",
]


def by(actor: str, *, to: str = "day:1") -> AuditRecord:
    return Doer(actor=actor, reason="closed by hand").did(Act.CLOSE_DAY, to=to)


def record_all(open_tx: OpenTx, *records: AuditRecord) -> None:
    with open_tx() as tx:
        for one in records:
            record(tx, one)


@pytest.mark.parametrize("role", WRITERS)
def test_a_record_is_read_as_it_was_written(owner_tx: Tx, role: str) -> None:
    as_role(owner_tx, role)
    audit_id = record(owner_tx, LAN)
    (kept,) = newest(owner_tx, limit_max=10)
    assert (kept.audit_id, kept.record) == (audit_id, LAN)
    now = owner_tx.execute(select(func.clock_timestamp())).scalar_one()
    assert timedelta(0) <= now - kept.recorded_at < timedelta(minutes=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(audit_records)
def test_every_record_that_can_be_made_is_taken(tx: Tx, made: AuditRecord) -> None:
    audit_id = record(tx, made)
    (kept,) = between(tx, after=audit_id - 1, through=audit_id)
    assert kept.record == made


def test_a_record_is_undone_with_its_act(open_tx: OpenTx) -> None:
    with pytest.raises(EntryRefused):
        record_all(open_tx, LAN, PARTS)
    with open_tx() as tx:
        assert newest(tx, limit_max=10) == []


def test_letters_put_together_from_parts_are_refused(tx: Tx) -> None:
    with pytest.raises(EntryRefused):
        record(tx, PARTS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"actor": ""},
        {"actor": " os"},
        {"actor": "os "},
        {"actor": "Lân"},
        {"actor": "o" * 121},
        {"actor": None},
        {"action": ""},
        {"action": "View"},
        {"action": "v" * 41},
        {"subject": ""},
        {"subject": "day\n1"},
        {"reason": ""},
        {"reason": "w" * 501},
        {"reason": "one\ntwo"},
        {"reason": "one\x7ftwo"},
        {"reason": "one\u0085two"},
        {"reason": "one\u2029two"},
        {"reason": unicodedata.normalize("NFD", "đến")},
        {"reason": None},
        {"digest": digest_of(LAN)},
    ],
)
def test_the_owner_too_writes_only_what_has_its_shape_and_digest(
    owner_tx: Tx, wrong: dict[str, object]
) -> None:
    right: dict[str, object] = {**WORDS, "digest": None}
    owner_tx.execute(WRITE_PAST_THE_FUNCTION, right)
    with pytest.raises(EntryRefused), refusals(), owner_tx.begin_nested():
        owner_tx.execute(WRITE_PAST_THE_FUNCTION, right | wrong)


def test_what_is_written_stays_to_the_owner_too(owner_tx: Tx) -> None:
    record(owner_tx, LAN)
    assert {refusal(owner_tx, change) for change in CHANGES} == {"LD005"}


@pytest.mark.parametrize("role", EVERYONE)
def test_nobody_writes_but_through_the_function(owner_tx: Tx, role: str) -> None:
    as_role(owner_tx, role)
    insert = "INSERT INTO ledger.audit_record DEFAULT VALUES"
    refused = {refusal(owner_tx, statement) for statement in (insert, *CHANGES)}
    assert refused == {errors.InsufficientPrivilege.sqlstate}


@pytest.mark.parametrize("role", sorted(set(EVERYONE) - set(WRITERS)))
def test_who_only_reads_records_nothing(owner_tx: Tx, role: str) -> None:
    as_role(owner_tx, role)
    call = "SELECT ledger.record_audit_v1('os:lan', 'view', 'day:1', 'why', '')"
    assert refusal(owner_tx, call) == errors.InsufficientPrivilege.sqlstate


def test_reports_do_not_see_who_did_what(owner_tx: Tx) -> None:
    may = text("SELECT has_table_privilege(:role, 'ledger.audit_record', 'SELECT')")
    seeing = {role for role in EVERYONE if owner_tx.execute(may, {"role": role}).scalar_one()}
    assert seeing == {"clearing_app", "clearing_recon", "clearing_auditor"}


def test_records_come_newest_first_page_by_page(tx: Tx) -> None:
    ids = [record(tx, by(f"os:{number}")) for number in range(5)]
    first = newest(tx, limit_max=2)
    then = newest(tx, before=first[-1].audit_id, limit_max=2)
    last = newest(tx, before=then[-1].audit_id, limit_max=2)
    assert [kept.audit_id for kept in first + then + last] == ids[::-1]


def test_records_are_found_by_who_and_by_what(tx: Tx) -> None:
    for actor in ("os:lan", "os:minh"):
        for subject in ("day:1", "day:2"):
            record(tx, by(actor, to=subject))
    found = newest(tx, actor="os:minh", limit_max=9)
    assert [kept.record for kept in found] == [by("os:minh", to="day:2"), by("os:minh", to="day:1")]
    found = newest(tx, subject="day:1", limit_max=9)
    assert [kept.record for kept in found] == [by("os:minh", to="day:1"), by("os:lan", to="day:1")]
    found = newest(tx, actor="os:lan", subject="day:2", limit_max=9)
    assert [kept.record for kept in found] == [by("os:lan", to="day:2")]
    assert newest(tx, actor="os:la", limit_max=9) == []


def test_the_seal_reads_a_span_in_order_however_long(tx: Tx) -> None:
    ids = [record(tx, by(f"os:{number}")) for number in range(FETCH_MAX + 5)]
    span = between(tx, after=ids[0], through=ids[-2])
    assert [kept.audit_id for kept in span] == ids[1:-1]
    assert list(between(tx, after=ids[-1], through=ids[-1])) == []
