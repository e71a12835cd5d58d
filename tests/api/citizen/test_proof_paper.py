"""The paper: its fonts are those published, its words those of one language, its code readable."""

import hashlib
import re
import tomllib
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from pypdf import PdfReader

from api.citizen.proof_paper import Proof, paper, qr_svg, read_proof
from api.language import Language, read_speeches
from ledger.money import Money
from payments.acknowledgement import (
    AcknowledgedLine,
    Acknowledgement,
    Ed25519Signer,
    sign_acknowledgement,
)
from payments.beneficiary import Beneficiary

FONTS = Path(__file__).parents[3] / "api" / "fonts"
SPEECHES = read_speeches()
STROKE = re.compile(r"([Mmh])(-?[0-9.]+) ?(-?[0-9.]+)?")
SIGNER = Ed25519Signer(b"p" * 32)


LINE: dict[str, object] = {
    "label": "Tiền phạt",
    "rule": "",
    "law": "Luật Xử lý vi phạm hành chính, Điều 78",
}
LATE: dict[str, object] = LINE | {"label": "Tiền chậm nộp phạt"}


def _proof(language: Language, late: dict[str, object] = LATE) -> Proof:
    acknowledgement = Acknowledgement(
        number="NP222222222A",
        lines=(
            AcknowledgedLine("1/QĐ-XPHC", "traffic_fine", "fine", Money(3_000_000), LINE),
            AcknowledgedLine("1/QĐ-XPHC", "traffic_fine", "late_surcharge", Money(13_500), late),
        ),
        beneficiary=Beneficiary("KB0111", "Kho bạc Nhà nước Hà Nội", "7111.0.1", "KBNN", "kbnn"),
        gateway="vnpay",
        gateway_transaction="14422574",
        paid_at=datetime(2026, 11, 22, 17, 30, tzinfo=UTC),
        priced_on=date(2026, 11, 23),
    )
    signed = sign_acknowledgement(acknowledgement, signer=SIGNER)
    return read_proof(signed, SPEECHES[language], {"vnpay": "VNPAY"})


def _text(language: Language, late: dict[str, object] = LATE) -> str:
    raw = paper(_proof(language, late), SPEECHES[language], site="pay.example.vn", sandbox=False)
    return PdfReader(BytesIO(raw)).pages[0].extract_text().replace("\u00a0", " ")


def test_the_fonts_are_those_that_were_published() -> None:
    manifest = tomllib.loads((FONTS / "manifest.toml").read_text())
    listed = {name: digest for font in manifest.values() for name, digest in font["sha256"].items()}
    there = {file.name for file in FONTS.iterdir()} - {"manifest.toml"}
    assert set(listed) == there
    for name, digest in listed.items():
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == digest


def test_both_languages_say_the_same_figures() -> None:
    vi, en = _text(Language.VI), _text(Language.EN)
    for words in ("3.013.500 đ", "Ba triệu", "00:30, 23/11/2026 (giờ Việt Nam)", "Tiền chậm"):
        assert words in vi
    for words in ("VND 3,013,500", "Three million", "00:30, 23/11/2026 (Vietnam time)"):
        assert words in en


def test_the_paper_shows_each_step_and_its_ground() -> None:
    reason: dict[str, object] = {
        "label": "Tiền chậm nộp phạt",
        "rule": "",
        "law": "Điều 5",
        "rounding": "Cộng các bước rồi mới làm tròn một lần: từ nửa đồng trở lên thành một đồng",
        "steps": [
            {
                "label": "Số tiền phạt chưa nộp",
                "amount_vnd": 13_500,
                "base_vnd": 3_000_000,
                "count": 9,
                "unit": "day",
                "rate": "0.0005",
                "first": "2026-11-13",
                "last": "2026-11-21",
                "status": "CONFIRMED",
            }
        ],
    }
    text = " ".join(_text(Language.VI, reason).split())
    assert "Số tiền phạt chưa nộp, 13/11/2026 – 21/11/2026: 9 ngày × 0,05% × 3.000.000 đ" in text
    assert "Cộng các bước rồi mới làm tròn một lần" in text
    assert "Căn cứ: Điều 5." in text


def test_a_proof_of_one_instalment_says_that_more_is_left() -> None:
    assert not _proof(Language.VI).has_more
    assert _proof(Language.VI, LATE | {"leaves_open": True}).has_more


def test_one_obligation_is_named_once() -> None:
    assert _proof(Language.VI).about == ("Tiền phạt vi phạm giao thông, số 1/QĐ-XPHC",)


def test_the_paper_says_which_language_and_title_it_has() -> None:
    raw = paper(_proof(Language.EN), SPEECHES[Language.EN], site="pay.example.vn", sandbox=False)
    reader = PdfReader(BytesIO(raw))
    assert reader.metadata is not None
    assert reader.metadata.title == "Payment acknowledgement"
    assert reader.root_object["/Lang"] == "en"
    assert "/StructTreeRoot" in reader.root_object


def test_poppler_finds_no_fault_with_the_paper() -> None:
    raw = paper(_proof(Language.EN), SPEECHES[Language.EN], site="pay.example.vn", sandbox=False)
    assert PdfReader(BytesIO(raw)).root_object["/MarkInfo"] == {"/Marked": True}
    assert b"/Suspects" not in raw


def test_the_code_stands_on_the_page_with_its_quiet_border() -> None:
    svg = qr_svg("NP1.x.y")
    assert svg.startswith("<svg ")
    assert "viewBox" in svg
    assert "style" not in svg


@pytest.mark.parametrize("scale", [3, 8])
def test_the_printed_code_reads_back_as_the_token(scale: int) -> None:
    proof = _proof(Language.VI)
    found = zxingcpp.read_barcodes(_drawn(qr_svg(proof.token), scale=scale))
    assert [code.text for code in found] == [proof.token]


def _drawn(svg: str, *, scale: int) -> memoryview:
    """Draw the strokes of our own SVG: each is a run of dark cells in one row."""
    side = int(svg.partition('viewBox="0 0 ')[2].partition(" ")[0]) * scale
    image = bytearray(b"\xff" * (side * side))
    x = y = 0
    for step, first, second in STROKE.findall(svg.partition(' d="')[2].partition('"')[0]):
        if step == "h":
            width = int(first) * scale
            for row in range(y * scale, (y + 1) * scale):
                start = row * side + x * scale
                image[start : start + width] = bytes(width)
            x += int(first)
        elif step == "m":
            x, y = x + int(first), y + int(second)
        else:
            x, y = int(first), int(second.partition(".")[0])
    return memoryview(image).cast("B", shape=[side, side])


def test_a_paper_of_the_sandbox_says_that_it_is_made_up() -> None:
    speech = SPEECHES[Language.VI]
    raw = paper(_proof(Language.VI), speech, site="pay.example.vn", sandbox=True)
    assert "Trang thử nghiệm" in PdfReader(BytesIO(raw)).pages[0].extract_text()
    assert "Trang thử nghiệm" not in _text(Language.VI)
