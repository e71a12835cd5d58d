"""The proof: everything an officer asks for, behind an address nobody can guess."""

import html
import re
from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from api.access.quotas import PAPERS_PER_MINUTE_MAX
from api.house import House
from api.keys import seal_key_of
from api.paper_signature import signature_of
from api.seals import seal_days
from api.start_payment import handle_hash
from api.xml_signature import open_xml
from ledger.merkle import is_included, leaf_hash
from ledger.money import Money
from payments.acknowledgement import read_token
from payments.obligation_change import ChangeAct
from payments.postgres import outbox_rows, payment_rows
from payments.replace_acknowledgement import replace_acknowledgement
from tests.api.citizen.payer import Payer, change_late_fine, hear, owe_late_fine
from tests.api.paper_files import paper_signer, root
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
    for path in (wrong, "/p/1", "/p/NP7K3M9QWX4T", f"{wrong}/proof.pdf", f"{wrong}/proof.xml"):
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


def _everywhere(payer: Payer, proven: str) -> list[str]:
    """Return what page, paper and XML say of a proof, without breaks of lines."""
    paper = PdfReader(BytesIO(payer.get(f"{proven}/proof.pdf").content))
    printed = " ".join(leaf.extract_text() for leaf in paper.pages)
    texts = [payer.get(proven).text, printed, payer.get(f"{proven}/proof.xml").text]
    return [" ".join(html.unescape(text).split()) for text in texts]


def _go_back(house: House, proven: str, *, kept: int, refund: str = "RF1") -> None:
    with house.open_tx() as tx:
        payment = payment_rows.by_handle_hash(tx, handle_hash(proven.removeprefix("/p/")))
        assert payment is not None
        replace_acknowledgement(
            tx,
            payment.payment_id,
            refund_number=refund,
            kept=Money(kept),
            signer=house.signer,
            now=house.clock(),
        )


def test_page_paper_and_xml_say_that_all_was_paid_back(payer: Payer, proven: str) -> None:
    _go_back(payer.house, proven, kept=0)
    for text in _everywhere(payer, proven):
        assert "không còn giá trị từ 12:00, 23/11/2026" in text
    page, printed, document = _everywhere(payer, proven)
    assert "Không còn giá trị: đã hoàn lại toàn bộ" in page
    assert "Không còn giá trị: đã hoàn lại toàn bộ" in printed
    assert "<status>revoked</status>" in document
    for text in (page, printed):
        assert "3.013.500 đ, đã được hoàn lại" in text
        assert "\N{MINUS SIGN}3.013.500 đ" in text
        assert "Còn lại 0 đ" in " ".join(re.sub(r"<[^>]*>", " ", text).split())
        assert "Đừng dùng giấy này nữa" in text
        for gone in ("rồi quét mã", "Mã QR", "NP1."):
            assert gone not in text
    for gone in ("Đưa mã này", "mang giấy xác nhận này", "không cần nộp thêm"):
        assert gone not in page
    english = html.unescape(payer.get(f"/en{proven}").text)
    assert "Please do not use this acknowledgement any more" in english
    for gone in ("Show this code", "take this acknowledgement", "Nothing more has to be paid"):
        assert gone not in english


def test_each_refund_is_told_with_its_amount_and_subtracted_on_one_leaf(
    payer: Payer, proven: str
) -> None:
    _go_back(payer.house, proven, kept=1_000_000)
    _go_back(payer.house, proven, kept=0, refund="RF2")
    page, printed, _ = _everywhere(payer, proven)
    for text in (page, printed):
        for back, refund in (("2.013.500 đ", "RF1"), ("1.000.000 đ", "RF2")):
            assert f"\N{MINUS SIGN}{back}" in text
            assert f"{back}, đã được hoàn lại (hoàn tiền số {refund})" in text
    english = f"/en{proven}"
    for path in (proven, english):
        assert len(PdfReader(BytesIO(payer.get(f"{path}/proof.pdf").content)).pages) == 1


def test_a_replaced_proof_fits_on_one_leaf(payer: Payer, proven: str) -> None:
    assert len(PdfReader(BytesIO(payer.get(f"{proven}/proof.pdf").content)).pages) == 1
    _go_back(payer.house, proven, kept=1_000_000)
    assert len(PdfReader(BytesIO(payer.get(f"{proven}/proof.pdf").content)).pages) == 1


def test_page_paper_and_xml_say_what_is_kept_after_a_part_went_back(
    payer: Payer, proven: str
) -> None:
    _go_back(payer.house, proven, kept=1_000_000)
    for text in _everywhere(payer, proven):
        assert "-2" in text
        assert "Một triệu đồng" in text
        assert "đã được thay bằng giấy số" in text
    page, printed, document = _everywhere(payer, proven)
    for text in (page, printed):
        assert "\N{MINUS SIGN}2.013.500 đ" in text
        assert "hoàn tiền số RF1" in text
    assert 'refund number="RF1" vnd="2013500"' in document


def test_page_paper_and_xml_tell_a_later_change_of_the_decision(payer: Payer, proven: str) -> None:
    change_late_fine(payer.house, ChangeAct.CANCEL)
    for text in _everywhere(payer, proven):
        assert "Cơ quan đã hủy khoản số 0002/QĐ-XPHC" in text
        assert "Phải hoàn lại 3.013.500 đ" in text


def test_nothing_looks_like_a_receipt_of_the_state(payer: Payer, proven: str) -> None:
    for text in _everywhere(payer, proven):
        assert "không phải biên lai thu tiền của Nhà nước" in text
        others = text.lower().replace("không phải biên lai thu tiền của nhà nước", "")
        for word in (
            "biên lai",
            "cộng hòa xã hội",
            "độc lập",
            "quốc huy",
            "bộ tài chính",
            "mẫu số",
        ):
            assert word not in others
    paper = PdfReader(BytesIO(payer.get(f"{proven}/proof.pdf").content))
    assert paper.metadata is not None
    assert paper.metadata.title == "Giấy xác nhận giao dịch thanh toán"
    # The code is the only picture there is: no coat of arms, no stamp, no seal.
    assert payer.get(proven).text.count("<img") == 0
    assert [picture for leaf in paper.pages for picture in leaf.images] == []


def test_a_house_with_a_certificate_signs_paper_and_xml(house: House) -> None:
    signing = replace(house, paper_signer=paper_signer())
    owe_late_fine(signing)
    payer = Payer(signing)
    hear(signing, payer.go())
    proven = payer.get("/wait").headers["location"]
    signature = signature_of(payer.get(f"{proven}/proof.pdf").content, roots=root())
    assert signature is not None
    assert (signature.is_whole, signature.is_trusted) == (True, True)
    _, signature = open_xml(payer.get(f"{proven}/proof.xml").content, roots=root())
    assert signature is not None
    assert (signature.is_whole, signature.is_trusted) == (True, True)


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
