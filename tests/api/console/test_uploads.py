"""Handing in a list on the staff host: look first, then confirm."""

import base64

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api.house import House
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest
from tests.api.citizen.payer import forms_of
from tests.api.partner.told import register
from tests.api.uploads.sheets import HEADER, fine, fines_csv, sheet_xml, typed_fine, xlsx_of

GOOD_AND_BAD = fines_csv(
    fine(number="1/QĐ"), fine(number="=1+1", fine_vnd="350.000"), fine(number="3/QĐ", plate="")
)


@pytest.fixture(autouse=True)
def registered(house: House) -> None:
    """Register the police."""
    register(house.open_tx, "csgt")


def preview(staff: TestClient, raw: bytes, *, path: str = "/uploads", **said: str) -> Response:
    values = {"authority": "csgt", "kind": "traffic_fine"} | said
    shown = forms_of(staff.get(path))[0].values
    return staff.post(
        f"{path}/preview",
        data=values | {"form_token": shown["form_token"]},
        files={"file": ("list", raw)} if raw else {},
    )


def values_of(page: Response, action: str) -> dict[str, str]:
    """Return what the form that leads there brings back."""
    (form,) = [each for each in forms_of(page) if each.action == action]
    return dict(form.values)


def numbers(house: House) -> list[str]:
    with house.open_tx() as tx:
        found = tx.execute(text("SELECT number_shown FROM payments.obligation ORDER BY 1"))
        return [str(number) for number in found.scalars()]


def test_a_preview_names_bad_rows_and_keeps_nothing(staff: TestClient, house: House) -> None:
    page = preview(staff, GOOD_AND_BAD)
    assert page.status_code == 200
    for words in ("Chưa có gì được lưu", "1 dòng sẽ được nhận", "Tiền phạt", "hàng nghìn", "Biển"):
        assert words in page.text
    assert numbers(house) == []


def test_confirmed_it_is_taken_in_with_reason_and_record(staff: TestClient, house: House) -> None:
    shown = values_of(preview(staff, GOOD_AND_BAD), "/uploads")
    page = staff.post("/uploads", data=shown | {"reason": "Danh sách tháng 11"})
    assert page.status_code == 200
    assert "1 dòng đã được nhận" in page.text
    assert numbers(house) == ["1/QĐ"]
    with house.open_tx() as tx:
        (kept,) = newest(tx, limit_max=1)
    assert (kept.record.action, kept.record.subject, kept.record.reason) == (
        Act.TAKE_LIST,
        "authority:csgt",
        "Danh sách tháng 11",
    )


def test_without_a_reason_nothing_is_taken_in(staff: TestClient, house: House) -> None:
    shown = values_of(preview(staff, GOOD_AND_BAD), "/uploads")
    page = staff.post("/uploads", data=shown | {"reason": " \n"})
    assert page.status_code == 422
    assert "Hãy ghi lý do" in page.text
    assert values_of(page, "/uploads")["content"] == shown["content"]
    assert numbers(house) == []


def test_t29_refused_rows_are_saved_without_formulas(staff: TestClient) -> None:
    shown = values_of(preview(staff, GOOD_AND_BAD), "/uploads/refused")
    answer = staff.post("/uploads/refused", data=shown)
    assert answer.headers["content-disposition"] == 'attachment; filename="refused.csv"'
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("3;'=1+1;")


def test_a_sheet_is_read_too_and_english_says_the_same(staff: TestClient) -> None:
    page = preview(
        staff, xlsx_of([HEADER, typed_fine(), typed_fine(fine_vnd="x")]), path="/en/uploads"
    )
    for words in ("Nothing is kept yet", "1 row will be taken in", "is not a whole number"):
        assert words in page.text


@pytest.mark.parametrize(
    ("raw", "said", "words"),
    [
        (b"", {}, "Hãy chọn một tệp"),
        (b"x" * 2_100_000, {}, "Tệp lớn hơn 2 MB"),
        (b"\xff\xfea", {}, "UTF-16"),
        (GOOD_AND_BAD, {"authority": "nobody"}, "Hãy chọn trong danh sách"),
        (GOOD_AND_BAD, {"kind": "everything"}, "Hãy chọn trong danh sách"),
        (b"<html>", {}, "không có dòng nào"),
        (sheet_xml('<row r="1"><c r="XFD1"/></row>' * 9), {}, "60 cột"),
    ],
)
def test_what_cannot_be_looked_at_is_said_beside_its_field(
    staff: TestClient, raw: bytes, said: dict[str, str], words: str
) -> None:
    page = preview(staff, raw, **said)
    assert page.status_code == 422
    assert words in page.text
    assert page.text.count('class="error"') == 1


def test_a_form_from_elsewhere_or_changed_is_refused(staff: TestClient, house: House) -> None:
    shown = values_of(preview(staff, GOOD_AND_BAD), "/uploads")
    said = shown | {"reason": "x"}
    for changed, status in (
        ({"form_token": "forged"}, 403),
        ({"authority": "nobody"}, 404),
        ({"authority": "\x00"}, 404),
        ({"kind": "everything"}, 422),
        ({"content": "%%%"}, 422),
        ({"content": base64.b64encode(b"\xff\xfe").decode()}, 422),
        ({"more": "x"}, 422),
    ):
        assert staff.post("/uploads", data=said | changed).status_code == status, changed
    assert numbers(house) == []


def test_strangers_get_to_no_page_and_send_little(stranger: TestClient) -> None:
    assert stranger.get("/uploads").headers["location"] == "/sign-in"
    sent = stranger.post("/uploads/preview", files={"file": ("list.csv", b"x" * 70_000)})
    assert sent.status_code == 413


def test_templates_are_there_for_every_kind_of_list(staff: TestClient) -> None:
    page = staff.get("/uploads").text
    for kind in ("traffic_fine", "fee", "demand"):
        for format_ in ("csv", "xlsx"):
            path = f"/uploads/template/{kind}/{format_}"
            assert path in page
            assert staff.get(path).status_code == 200
    assert staff.get("/uploads/template/everything/csv").status_code == 404
