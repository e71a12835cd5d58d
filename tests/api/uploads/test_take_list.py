"""A list is taken in whole: good rows kept, bad ones named, nothing half."""

import hashlib

import pytest
from sqlalchemy import text

from api.house import House
from api.uploads.take_list import Format, Listed, format_of, read_list, take_list, try_list
from ledger.audit_record import Act, Doer
from ledger.postgres import audit_rows
from payments.errors import NotFound
from payments.postgres.intake_rows import intake_of, intakes_of
from payments.push_obligations import PUSHED_MAX, PushOutcome
from tests.api.partner.told import register
from tests.api.uploads.sheets import HEADER, fine, fines_csv, typed_fine, xlsx_of

LAN = Doer(actor="staff:lan", reason="Danh sách của phường")


def listed(raw: bytes) -> Listed:
    return read_list(raw, format_=format_of(raw), kind="traffic_fine", provider="csgt")


def many(house: House) -> int:
    with house.open_tx() as tx:
        return int(tx.execute(text("SELECT count(*) FROM payments.obligation")).scalar_one())


@pytest.fixture(autouse=True)
def registered(house: House) -> None:
    """Register the police, for whom the portal speaks."""
    register(house.open_tx, "csgt")


def test_good_rows_are_kept_and_bad_ones_named_with_both_languages(house: House):
    raw = fines_csv(
        fine(number="1/QĐ"),
        fine(number="2/QĐ", fine_vnd="350.000"),
        fine(number="3/QĐ", account="NOBODY"),
        fine(number="4/QĐ", term_days="400"),
    )
    result = take_list(house, listed(raw), client="portal")
    assert result.counts == {PushOutcome.NEW: 1, PushOutcome.REFUSED: 3}
    assert [(row.row, row.number) for row in result.refused] == [
        (3, "2/QĐ"),
        (4, "3/QĐ"),
        (5, "4/QĐ"),
    ]
    assert [bad.column for row in result.refused for bad in row.bad] == [
        "Tiền phạt (đồng) (fine_vnd)",
        "Mã tài khoản thụ hưởng (account)",
        "Số ngày phải nộp (term_days)",
    ]
    assert result.refused[1].bad[0].vi == "không phải mã tài khoản đã đăng ký"
    assert many(house) == 1


def test_the_same_file_again_doubles_nothing_and_other_content_conflicts(house: House):
    raw = fines_csv(fine(number="1/QĐ"), fine(number="2/QĐ"))
    take_list(house, listed(raw), client="portal")
    again = take_list(house, listed(raw), client="portal")
    assert again.counts == {PushOutcome.SAME_AGAIN: 2}
    assert again.refused == []
    other = fines_csv(fine(number="1/QĐ", fine_vnd="4000000"))
    (row,) = take_list(house, listed(other), client="portal").refused
    assert row.outcome is PushOutcome.CONFLICTS
    assert many(house) == 2


def test_a_sheet_and_a_text_file_say_the_same(house: House):
    take_list(house, listed(fines_csv(fine())), client="portal")
    result = take_list(house, listed(xlsx_of([HEADER, typed_fine()])), client="portal")
    assert result.counts == {PushOutcome.SAME_AGAIN: 1}


def test_the_log_of_pushes_holds_the_digest_and_the_refusals(house: House):
    raw = fines_csv(fine(number="1/QĐ"), fine(number="2/QĐ", plate=""))
    result = take_list(house, listed(raw), client="portal")
    with house.open_tx() as tx:
        assert result.intake_id is not None
        kept = intake_of(tx, "portal", intake_id=result.intake_id)
    assert kept is not None
    assert kept.intake_id == result.intake_id
    assert (kept.channel, kept.digest) == (Format.CSV, hashlib.sha256(raw).digest())
    assert kept.counts == {"new": 1, "refused": 1}
    assert [(each.place, each.number) for each in kept.refusals] == [(1, "2/QĐ")]


def test_more_rows_than_one_push_takes_go_in_together(house: House):
    raw = fines_csv(*(fine(number=f"{at}/QĐ") for at in range(PUSHED_MAX + 5)))
    assert take_list(house, listed(raw), client="portal").counts == {
        PushOutcome.NEW: PUSHED_MAX + 5
    }


def test_a_partner_sends_lists_of_its_own_authorities_alone(house: House):
    with pytest.raises(NotFound):
        take_list(house, listed(fines_csv(fine())), client="ministry")
    assert many(house) == 0


def test_a_try_keeps_nothing_but_who_tried(house: House):
    raw = fines_csv(fine(number="1/QĐ"), fine(number="2/QĐ", account="NOBODY"), fine(plate=""))
    record = LAN.did(Act.PREVIEW_LIST, to="authority:csgt")
    result = try_list(house, listed(raw), record=record)
    assert result.intake_id is None
    assert [row.outcome for row in result.rows] == ["new", "refused", "refused"]
    assert many(house) == 0
    with house.open_tx() as tx:
        assert intakes_of(tx, "portal", limit_max=9) == []
        (kept,) = audit_rows.newest(tx, limit_max=9)
    assert kept.record == record
