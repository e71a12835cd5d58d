"""The proof: everything an officer asks for, behind an address nobody can guess."""

from base64 import b64decode
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from api.access.quotas import PAPERS_PER_MINUTE_MAX
from api.house import House
from api.keys import seal_key_of
from api.seals import seal_days
from ledger.merkle import is_included, leaf_hash
from payments.acknowledgement import read_token
from payments.postgres import outbox_rows, payment_rows
from tests.api.citizen.payer import Payer, hear
from tests.ledger.sealing import close


@pytest.fixture
def proven(payer: Payer) -> str:
    """Give the address of the proof of the paid fine."""
    hear(payer.house, payer.go())
    return payer.get("/wait").headers["location"]


def _text(payer: Payer, path: str) -> str:
    return payer.get(path).text.replace("\u00a0", " ")


def test_the_proof_says_what_when_how_much_and_to_whom(payer: Payer, proven: str) -> None:
    page = _text(payer, proven)
    for words in (
        "Đã nộp",
        "3.013.500 đ",
        "Ba triệu không trăm mười ba nghìn năm trăm đồng",
        "Tiền phạt vi phạm giao thông, số 0002/QĐ-XPHC",
        "12:00, 23/11/2026 (giờ Việt Nam)",
        "14422574",
        "Kho bạc Nhà nước Hà Nội",
        "Tiền chậm nộp phạt",
        "không phải biên lai thu tiền của Nhà nước",
    ):
        assert words in page


def test_english_says_the_same(payer: Payer, proven: str) -> None:
    page = _text(payer, f"/en{proven}")
    for words in (
        "Paid",
        "VND 3,013,500",
        "Three million thirteen thousand five hundred dong",
        "Traffic fine, no. 0002/QĐ-XPHC",
    ):
        assert words in page


def test_the_page_is_the_payers_for_ever(payer: Payer, proven: str, house: House) -> None:
    assert Payer(house).get(proven).text == payer.get(proven).text


def test_t05_nobody_else_finds_it(payer: Payer, proven: str) -> None:
    wrong = proven[:-1] + ("A" if proven[-1] != "A" else "B")
    for path in (wrong, "/p/1", "/p/NP7K3M9QWX4T", f"{wrong}/proof.pdf"):
        assert payer.get(path).status_code == 404


def test_an_unpaid_payment_has_no_proof_but_its_address_follows_it(
    payer: Payer, house: House
) -> None:
    payer.go()
    handle = payer.client.cookies["payment"]
    elsewhere = Payer(house)
    assert elsewhere.get(f"/p/{handle}/proof.pdf").status_code == 404
    assert elsewhere.get(f"/p/{handle}").headers["location"] == "/wait"
    assert "Đang chờ VNPAY xác nhận" in elsewhere.get("/wait").text


def test_the_authority_is_told_and_the_page_says_when(payer: Payer, proven: str) -> None:
    assert "Chưa báo được; chúng tôi đang gửi lại" in _text(payer, proven)
    now = payer.house.clock() + timedelta(minutes=3)
    with payer.house.open_tx() as tx:
        due = outbox_rows.claim_due(
            tx, now=now, lease_until=now + timedelta(minutes=1), events_max=10
        )
        outbox_rows.keep_delivered(tx, due, now=now)
    assert "Đã được báo lúc 12:03, 23/11/2026" in _text(payer, proven)


def test_the_paper_carries_the_same_figures(payer: Payer, proven: str) -> None:
    answer = payer.get(f"{proven}/proof.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text().replace("\u00a0", " ")
    for words in ("3.013.500 đ", "0002/QĐ-XPHC", "14422574", "citizen.test/verify"):
        assert words in text


def test_the_paper_is_the_same_each_time(payer: Payer, proven: str) -> None:
    first = payer.get(f"{proven}/proof.pdf").content
    assert payer.get(f"{proven}/proof.pdf").content == first
    assert payer.get(f"/en{proven}/proof.pdf").content != first


def test_t31_papers_are_drawn_only_so_often(payer: Payer, proven: str) -> None:
    answers = [payer.get(f"{proven}/proof.pdf").status_code for _ in range(11)]
    assert answers == [200] * PAPERS_PER_MINUTE_MAX + [429]


def seal(house: House) -> None:
    """Close the day of the payment and seal it."""
    close(house.open_recon_tx, date(2026, 11, 23))
    assert len(seal_days(house.open_recon_tx, house)) == 1


def test_before_the_day_is_sealed_no_proof_in_the_book_is_offered(
    payer: Payer, proven: str
) -> None:
    assert "log-proof.json" not in _text(payer, proven)
    assert payer.get(f"{proven}/log-proof.json").status_code == 404


def test_who_has_the_page_proves_the_payment_to_stand_in_the_sealed_book(
    payer: Payer, proven: str
) -> None:
    seal(payer.house)
    page = _text(payer, proven)
    assert f'href="{proven}/log-proof.json"' in page
    assert "clearing verify-log --proof FILE --key KEY" in page
    assert "sổ đã niêm phong của ngày 23/11/2026" in page
    answer = payer.get(f"{proven}/log-proof.json")
    assert answer.headers["content-type"] == "application/json"
    proof = answer.json()
    assert "\ncaptured\ncaptured:vnpay:14422574\n" in proof["leaf"]
    assert seal_key_of(payer.house.settings).verifier.has_signed(proof["note"])
    assert is_included(
        leaf_hash(proof["leaf"].encode()),
        index=proof["index"],
        size=proof["size"],
        path=[bytes.fromhex(step) for step in proof["path"]],
        root=b64decode(proof["note"].splitlines()[2]),
    )


def test_nobody_else_gets_the_proof_in_the_book(payer: Payer, proven: str) -> None:
    seal(payer.house)
    wrong = proven[:-1] + ("A" if proven[-1] != "A" else "B")
    assert payer.get(f"{wrong}/log-proof.json").status_code == 404


def test_an_unpaid_payment_has_no_proof_in_the_book(payer: Payer, house: House) -> None:
    payer.go()
    handle = payer.client.cookies["payment"]
    assert Payer(house).get(f"/p/{handle}/log-proof.json").status_code == 404


def test_t31_proofs_in_the_book_are_made_only_so_often(payer: Payer, proven: str) -> None:
    seal(payer.house)
    answers = [payer.get(f"{proven}/log-proof.json").status_code for _ in range(11)]
    assert answers == [200] * PAPERS_PER_MINUTE_MAX + [429]


def test_the_token_on_the_page_proves_the_payment_offline(payer: Payer, proven: str) -> None:
    text = PdfReader(BytesIO(payer.get(f"{proven}/proof.pdf").content)).pages[0].extract_text()
    token = "".join(text[text.index("NP1.") :].split("Ký bằng")[0].split())
    claim = read_token(token, payer.house.public_keys)
    assert claim is not None
    assert claim.amount.vnd == 3_013_500
    with payer.house.open_tx() as tx:
        assert payment_rows.by_number(tx, claim.number) is not None
