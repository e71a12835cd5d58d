"""Checking a proof: genuine in one line, and one answer for everything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.citizen.verify_proof import CHECKS_PER_MINUTE_MAX, amount_typed, number_typed
from api.language import Language, read_speeches
from api.start_payment import handle_hash
from ledger.money import VND_MAX, Money
from payments.acknowledgement import Ed25519Signer, qr_token
from payments.payment_number import payment_number
from payments.postgres import acknowledgement_rows, payment_rows
from payments.replace_acknowledgement import replace_acknowledgement
from tests.api.citizen.payer import Payer, hear
from tests.payments.test_acknowledgement import PROOF

SPEECHES = read_speeches()
VALID = "Giấy xác nhận là thật: đã nộp 3.013.500 đ"
NOT_OURS = "Không phải giấy xác nhận của chúng tôi, hoặc số tiền không khớp"


@pytest.fixture
def proof(payer: Payer) -> dict[str, str]:
    """Give number and token of a proof of 3,013,500 dong."""
    hear(payer.house, payer.go())
    handle = payer.get("/wait").headers["location"].removeprefix("/p/")
    with payer.house.open_tx() as tx:
        payment = payment_rows.by_handle_hash(tx, handle_hash(handle))
        assert payment is not None
        signed = acknowledgement_rows.of_payment(tx, payment.payment_id)
    assert signed is not None
    return {"number": signed.number, "token": str(json.loads(signed.payload)["qr"])}


def _answer(payer: Payer, **typed: str) -> str:
    page = payer.submit(payer.get("/verify"), "/verify", typed)
    return page.text.replace("\u00a0", " ")


@pytest.mark.parametrize("amount", ["3013500", "3.013.500 đ", "VND 3,013,500", " 3.013.500 đồng"])
def test_number_and_amount_find_a_genuine_proof(
    payer: Payer, proof: dict[str, str], amount: str
) -> None:
    page = _answer(payer, number=proof["number"], amount=amount)
    assert VALID in page
    assert "0002/QĐ-XPHC" in page
    assert "12:00, 23/11/2026" in page


def test_a_number_may_be_typed_as_it_is_read_out(payer: Payer, proof: dict[str, str]) -> None:
    spoken = " ".join(proof["number"].lower())
    assert VALID in _answer(payer, number=spoken, amount="3013500")


def test_the_content_of_the_qr_code_is_enough(payer: Payer, proof: dict[str, str]) -> None:
    broken_over_lines = "\n".join(proof["token"][at : at + 50] for at in range(0, 300, 50))
    assert VALID in _answer(payer, token=broken_over_lines)


def test_t36_an_altered_token_is_said_to_be_altered(payer: Payer, proof: dict[str, str]) -> None:
    token = proof["token"]
    for at in (4, 20, len(token) - 30):
        other = "A" if token[at] != "A" else "B"
        page = _answer(payer, token=token[:at] + other + token[at + 1 :])
        assert "Mã này đã bị sửa" in page
        assert VALID not in page


def test_t36_a_strangers_code_is_said_to_be_a_strangers(payer: Payer) -> None:
    stranger = Ed25519Signer(b"x" * 32)
    assert "không phải của chúng tôi" in _answer(payer, token=qr_token(PROOF, signer=stranger))
    assert NOT_OURS in _answer(payer, token=VALID)
    assert NOT_OURS in _answer(payer, token=qr_token(PROOF, signer=payer.house.signer))


def _go_back(payer: Payer, number: str, *, kept: int) -> None:
    with payer.house.open_tx() as tx:
        payment = payment_rows.by_number(tx, number)
        assert payment is not None
        replace_acknowledgement(
            tx,
            payment.payment_id,
            refund_number=f"RF-{kept}",
            kept=Money(kept),
            signer=payer.house.signer,
            now=payer.house.clock(),
        )


def test_t36_a_paper_whose_money_went_back_is_refunded_however_it_is_checked(
    payer: Payer, proof: dict[str, str]
) -> None:
    _go_back(payer, proof["number"], kept=0)
    typed = {"number": proof["number"], "amount": "3013500"}
    for page in (_answer(payer, token=proof["token"]), _answer(payer, **typed)):
        assert "Không còn giá trị: tiền đã được hoàn lại từ 12:00, 23/11/2026" in page
        assert "RF-0" in page
        assert VALID not in page
    english = payer.submit(payer.get("/en/verify"), "/en/verify", typed).text
    assert "No longer valid: the money was paid back" in english


def test_a_paper_that_was_replaced_leads_to_the_one_that_counts(
    payer: Payer, proof: dict[str, str]
) -> None:
    _go_back(payer, proof["number"], kept=1_000_000)
    page = _answer(payer, token=proof["token"])
    new = f"{proof['number']}-2"
    assert f"giấy có giá trị là số {new}, số tiền 1.000.000 đ" in page
    typed = f"{proof['number']} – 2".lower()
    assert "Giấy xác nhận là thật: đã nộp 1.000.000 đ" in _answer(
        payer, number=typed, amount="1000000"
    )
    assert NOT_OURS in _answer(payer, number=new, amount="3013500")
    assert NOT_OURS in _answer(payer, number=f"{proof['number']}-3", amount="1000000")


@pytest.mark.parametrize("text", ["NP222222222A-1", "NP222222222A-02", "NP222222222A-2x", "NP1"])
def test_what_is_no_number_of_a_proof_is_not_read(text: str) -> None:
    assert number_typed(text) is None


def test_t36_another_amount_and_an_unknown_number_look_the_same(
    payer: Payer, proof: dict[str, str]
) -> None:
    wrong = _answer(payer, number=proof["number"], amount="3013501")
    assert NOT_OURS in wrong
    assert "0002" not in wrong
    assert NOT_OURS in _answer(payer, number=payment_number(7), amount="1")


def test_what_is_missing_is_named(payer: Payer) -> None:
    page = _answer(payer)
    assert page.count("Nhập số giao dịch, hoặc dán nội dung mã QR") == 2
    assert "Nhập số tiền, ví dụ 3.013.500" in page
    assert "Số giao dịch có 12 chữ và số" in _answer(payer, number="NP123", amount="1")


@pytest.mark.parametrize("field", ["number", "amount"])
def test_what_is_far_too_long_stays_and_is_named(payer: Payer, field: str) -> None:
    page = _answer(payer, **{field: "9" * 5_000})
    assert f'value="{"9" * 5_000}"' in page
    assert f'href="#{field}"' in page


def test_a_qr_text_that_is_far_too_long_stays_and_is_named(payer: Payer) -> None:
    page = _answer(payer, token="9" * 5_000)
    assert f"{'9' * 5_000}</textarea>" in page
    assert 'href="#token"' in page
    assert 'id="token-error"' in page


def test_checks_are_limited(payer: Payer) -> None:
    page = payer.get("/verify")
    for _ in range(CHECKS_PER_MINUTE_MAX):
        payer.submit(page, "/verify", {"token": "x"})
    assert payer.submit(page, "/verify", {"token": "x"}).status_code == 429


@given(st.integers(min_value=0, max_value=VND_MAX))
def test_every_amount_is_read_back_as_it_is_shown(vnd: int) -> None:
    for language in Language:
        assert amount_typed(SPEECHES[language].dong(Money(vnd))) == vnd


@given(st.text())
def test_no_text_breaks_the_reading_of_amounts(text: str) -> None:
    read = amount_typed(text)
    assert read is None or read >= 0


@pytest.mark.parametrize("text", ["", "-1", "1e3", "1.5", "1.00.000", "٣", "12,34", "9" * 40])
def test_what_is_no_amount_of_dong_is_not_read(text: str) -> None:
    assert amount_typed(text) is None
