"""Lists by CSV and XLSX at the partner door."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.application import application
from api.house import House
from api.partner.obligation_files import CSV_TYPE, XLSX_TYPE
from api.uploads.cells import ROWS_MAX
from api.uploads.columns import COLUMNS
from tests.api.conftest import PARTNER_KEY
from tests.api.partner.told import register
from tests.api.uploads.sheets import HEADER, csv_of, fine, fines_csv, typed_fine, xlsx_of

PATH = "/v1/obligations/files?kind=traffic_fine"
HEADERS = {"authorization": f"Bearer {PARTNER_KEY}"}


@pytest.fixture
def client(house: House) -> TestClient:
    """Give a partner that speaks for the police."""
    register(house.open_tx, "csgt")
    register(house.open_tx, "thanhtra", pushed_by="ministry")
    return TestClient(application(house), base_url="http://partner.test", headers=HEADERS)


def send(
    client: TestClient, raw: bytes, *, kind: str = CSV_TYPE, path: str = PATH
) -> dict[str, Any]:
    answer = client.post(path, content=raw, headers={"content-type": kind})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: TestClient, raw: bytes, *, kind: str = CSV_TYPE) -> dict[str, Any]:
    answer = client.post(PATH, content=raw, headers={"content-type": kind})
    assert answer.status_code == 422, answer.text
    return answer.json()


def many(house: House) -> int:
    with house.open_tx() as tx:
        return int(tx.execute(text("SELECT count(*) FROM payments.obligation")).scalar_one())


def test_good_rows_go_in_and_bad_ones_are_named(client: TestClient, house: House) -> None:
    told = send(client, fines_csv(fine(number="1/QĐ"), fine(number="2/QĐ", fine_vnd="350.000")))
    assert (told["rows"], told["new"], told["refused"]) == (2, 1, 1)
    (row,) = told["refused_rows"]
    assert (row["row"], row["number"], row["outcome"]) == (3, "2/QĐ", "refused")
    (error,) = row["errors"]
    assert error["column"] == "Tiền phạt (đồng) (fine_vnd)"
    assert "hàng nghìn" in error["reason"]
    assert "thousands" in error["reason_en"]
    assert many(house) == 1
    assert client.get(f"/v1/obligations/pushes/{told['push']}").status_code == 200


def test_a_sheet_and_a_form_say_the_same_as_a_text_file(client: TestClient) -> None:
    raw = fines_csv(fine())
    first = send(client, raw)
    again = client.post(PATH, files={"file": ("list.csv", raw)}).json()
    assert (again["same_again"], again["sha256"]) == (1, first["sha256"])
    assert send(client, xlsx_of([HEADER, typed_fine()]), kind=XLSX_TYPE)["same_again"] == 1


def test_a_template_filled_in_is_taken_in(client: TestClient) -> None:
    for kind in COLUMNS:
        answer = client.get(f"/v1/obligations/files/template?kind={kind}&format=csv")
        assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.csv"'
        (header,) = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
        assert header == [column.header for column in COLUMNS[kind]]
    sheet = client.get("/v1/obligations/files/template?kind=traffic_fine&format=xlsx")
    assert sheet.headers["content-type"] == XLSX_TYPE
    assert send(client, csv_of([HEADER, fine()]))["new"] == 1


def test_a_file_that_cannot_be_read_is_told_in_both_languages(
    client: TestClient, house: House
) -> None:
    for raw, words in (
        (fines_csv(fine()).decode().encode("utf-16"), "UTF-16"),
        ("Số;Tên\r\n1;Ân\r\n".encode("cp1258", errors="ignore"), "Windows-1258"),
        (b"", "tiêu đề"),
        (csv_of([["a", "b"], ["1", "2"]]), "tệp mẫu"),
        (csv_of([HEADER, *[fine()] * (ROWS_MAX + 1)])[:3_900_000], "4 MB|dòng|ngoặc"),
    ):
        told = refused(client, raw)
        assert [error["field"] for error in told["errors"]] == ["file", "file"]
        assert any(word in told["errors"][0]["reason"] for word in words.split("|")), told
    assert "Excel" in refused(client, b"PK\x03\x04", kind=XLSX_TYPE)["errors"][0]["reason"]
    assert many(house) == 0


def test_a_body_of_ten_megabytes_is_not_read(client: TestClient, house: House) -> None:
    answer = client.post(PATH, content=b"x" * 10_000_000, headers={"content-type": "text/csv"})
    assert answer.status_code == 413
    assert many(house) == 0


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        (PATH, "application/json", 415),
        (PATH, "", 415),
        ("/v1/obligations/files", CSV_TYPE, 422),
        ("/v1/obligations/files?kind=social_insurance", CSV_TYPE, 422),
        (f"{PATH}&plate=30A", CSV_TYPE, 422),
        (f"{PATH}&authority=thanhtra", CSV_TYPE, 404),
        (f"{PATH}&authority=%00", CSV_TYPE, 422),
        (PATH, "multipart/form-data", 422),
    ],
)
def test_what_is_no_list_of_ours_is_refused(
    client: TestClient, house: House, path: str, kind: str, status: int
) -> None:
    answer = client.post(path, content=fines_csv(fine()), headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert many(house) == 0


def test_a_form_without_its_file_or_with_more_is_refused(client: TestClient) -> None:
    raw = fines_csv(fine())
    for files in (
        {"other": ("list.csv", raw)},
        {"file": ("list.csv", raw), "two": ("list.csv", raw)},
    ):
        assert client.post(PATH, files=files).status_code in {400, 422}


def test_nobody_without_a_key_sends_a_list(client: TestClient, house: House) -> None:
    client.headers["authorization"] = "Bearer wrong"
    answer = client.post(PATH, content=fines_csv(fine()), headers={"content-type": CSV_TYPE})
    assert answer.status_code == 401
    assert many(house) == 0
