"""Why an amount is what it is: in words, and the same on page, JSON, proof and paper."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader
from starlette.requests import Request

from api.citizen.proof_paper import paper, read_proof
from api.explained import ShownLine, explained, explained_line
from api.house import House
from api.language import Language, read_speeches
from api.partner.quote_out import LineOut, line_out
from api.proof_xml import proof_xml
from api.sandbox import BENEFICIARIES, sample_obligations
from ledger.money import Money
from payments.acknowledgement import (
    Acknowledgement,
    Ed25519Signer,
    SignedAcknowledgement,
    acknowledged_line,
    sign_acknowledgement,
    verify,
)
from payments.explanation import Explanation, explanation_of, read_explanation
from payments.obligation import NewObligation
from payments.obligations.registry import KINDS
from payments.payment import PaymentLine
from payments.quote import Quote, QuoteLine
from tests.api.test_proof_xml import is_schematic, tag
from tests.payments.owed import DEMAND_FACTS, FINE_FACTS, RATES

SPEECHES = read_speeches()
VI, EN = SPEECHES[Language.VI], SPEECHES[Language.EN]
TODAY = date(2026, 11, 23)
SIGNER = Ed25519Signer(b"p" * 32)
DEMAND = NewObligation(
    provider="agency",
    kind="demand",
    number="H29-0001",
    decided_on=None,
    subject="",
    personal={},
    facts=DEMAND_FACTS,
    beneficiary=BENEFICIARIES[0].code,
)
SOCIAL = replace(
    DEMAND,
    kind="social_insurance",
    number="0123456789/2026-11",
    facts={
        "income_vnd": 2_500_000,
        "group": "khac",
        "method": "M3",
        "months": 3,
        "months_supported": 0,
        "from_month": "2026-11",
    },
)
SAMPLES = [
    *(each for each in sample_obligations(TODAY) if KINDS[each.kind].is_payable),
    DEMAND,
]


def lines(on: str, **facts: object) -> tuple[QuoteLine, ...]:
    kind = KINDS["traffic_fine"]
    read = kind.read_facts({**FINE_FACTS, **facts})
    day = date.fromisoformat(on)
    return kind.price(read, beneficiary="a", on=day, rates=RATES, paid=()).lines


def test_each_step_says_its_days_its_factors_and_its_product():
    fine, late = explained(lines("2026-03-30"), VI)
    assert (fine.label, fine.amount, fine.steps) == ("Tiền phạt", "3.000.000\u00a0đ", ())
    (step,) = late.steps
    assert step.label == "Số tiền phạt chưa nộp, 21/03/2026 – 29/03/2026"
    assert step.formula == "9 ngày × 0,05% × 3.000.000\u00a0đ"
    assert step.amount == "13.500\u00a0đ"


def test_a_stretch_of_one_day_names_it_once_and_english_counts_one_day():
    late = explained(lines("2026-03-22"), EN)[1]
    assert late.steps[0].label == "Unpaid fine, 21/03/2026"
    assert late.steps[0].formula == "1 day × 0.05% × VND\u00a03,000,000"


def test_what_others_bear_is_a_product_taken_off_and_a_power_is_written_out():
    (line,) = quoted(SOCIAL).lines
    share = next(step for step in line.steps if step.amount.vnd < 0)
    taken = replace(share, count=3, base=Money(330_000), rate="0.20", amount=Money(-198_000))
    ahead = replace(taken, power=-23, rate="0.0031", amount=Money(1), is_part=False)
    back = replace(ahead, power=2)
    (shown,) = explained([replace(line, steps=(taken, ahead, back))], VI)
    assert [step.formula for step in shown.steps] == [
        "-(3 tháng × 20% × 330.000\u00a0đ)",
        "330.000\u00a0đ ÷ (1 + 0,31%)^23",
        "330.000\u00a0đ × (1 + 0,31%)^2",
    ]
    kept = read_explanation(json.loads(json.dumps(explanation_of(replace(line, steps=(ahead,))))))
    assert kept.steps == (ahead,)


def test_a_text_without_translation_is_marked_as_vietnamese_in_english_only():
    violations = [{"article": "Điều 6", "text": "Vượt đèn đỏ", "amount_vnd": 3_000_000}]
    quoted = lines("2026-03-12", violations=violations)
    assert [line.steps[0].is_vietnamese for line in explained(quoted, EN)] == [True]
    assert [line.steps[0].is_vietnamese for line in explained(quoted, VI)] == [False]
    assert not explained(quoted, EN)[0].is_vietnamese


def test_grounds_of_steps_are_told_where_they_differ():
    violations = [
        {"article": "Điều 6 khoản 9", "text": "Vượt đèn đỏ", "amount_vnd": 2_000_000},
        {"article": "Điều 6 khoản 3", "text": "Không thắt dây", "amount_vnd": 1_000_000},
    ]
    fine, late = explained(lines("2026-03-30", violations=violations), VI)
    assert [step.law for step in fine.steps] == ["Điều 6 khoản 9", "Điều 6 khoản 3"]
    assert [step.law for step in late.steps] == [""]


def test_what_is_not_certain_says_so():
    broken = explained(lines("2026-03-30", fine_vnd=3_000_001), VI)[1]
    assert "chưa được cơ quan xác nhận" in broken.doubt
    assert broken.rounding.startswith("Cộng các bước")
    assert explained(lines("2026-03-30"), VI)[1].doubt == ""


@pytest.mark.parametrize("language", Language)
def test_a_number_seen_second_hand_is_told_apart_from_one_nobody_confirmed(
    language: Language,
) -> None:
    (line, *_) = quoted(SAMPLES[0]).lines
    speech = SPEECHES[language]
    second, unsure, sure = (
        explained([replace(line, status=status)], speech)[0]
        for status in ("CONFIRMED-2ND", "UNCONFIRMED", "CONFIRMED")
    )
    assert len({second.mark, unsure.mark, sure.mark}) == 3
    assert len({second.doubt, unsure.doubt, sure.doubt}) == 3
    assert (sure.mark, sure.doubt) == ("", "")
    told = line_out(replace(line, status="CONFIRMED-2ND"), SPEECHES)
    assert second.doubt in {told.doubt, told.doubt_en}


def test_a_part_that_leaves_more_to_pay_says_so():
    plan = [
        {"due_on": "2026-04-10", "amount_vnd": 2_000_000},
        {"due_on": "2026-05-10", "amount_vnd": 1_000_000},
    ]
    assert explained(lines("2026-03-30", instalments=plan), VI)[0].more
    part, late = explained(lines("2026-04-21", instalments=plan), VI)
    assert (bool(part.more), late.more) == (True, "")
    assert not explained(lines("2026-03-30"), VI)[0].more


def test_a_line_kept_before_there_were_steps_still_tells_its_days():
    kept = {
        "label": "Tiền chậm nộp phạt",
        "rule": "0,05% mỗi ngày",
        "base_vnd": 3_000_000,
        "days": 9,
        "rate": "0.0005",
        "law": "Điều 5",
        "status": "CONFIRMED-2ND",
    }
    shown = explained_line(read_explanation(kept), amount=Money(13_500), speech=VI)
    assert (shown.formula, shown.steps) == ("9 ngày × 0,05% × 3.000.000\u00a0đ", ())
    assert "nguồn dẫn lại" in shown.doubt


def quoted(owed: NewObligation) -> Quote:
    kind = KINDS[owed.kind]
    priced = kind.price(
        kind.read_facts(owed.facts),
        beneficiary=owed.beneficiary,
        on=TODAY,
        rates=RATES,
        paid=(),
    )
    return Quote(1, owed.kind, owed.number, TODAY, priced.deadline, priced.lines, priced.notes)


def signed(quote: Quote) -> SignedAcknowledgement:
    lines = [
        PaymentLine(
            ordinal=ordinal,
            obligation_id=1,
            part=line.part,
            amount=line.amount,
            beneficiary=line.beneficiary,
            budget=line.budget,
            # As the database gives it back.
            explanation=json.loads(json.dumps(explanation_of(line))),
        )
        for ordinal, line in enumerate(quote.lines, start=1)
    ]
    return sign_acknowledgement(
        Acknowledgement(
            number="NPZZZZZZZZVN",
            lines=tuple(
                acknowledged_line(line, obligation_number=quote.number, kind=quote.kind)
                for line in lines
            ),
            beneficiary=BENEFICIARIES[0],
            gateway="vnpay",
            gateway_transaction="14422574",
            paid_at=datetime(2026, 11, 23, 3, 15, tzinfo=UTC),
            priced_on=TODAY,
        ),
        signer=SIGNER,
    )


def read_json(line: LineOut) -> Explanation:
    """Return what a partner's program reads, as what a payment keeps."""
    body: dict[str, Any] = json.loads(line.model_dump_json())
    return read_explanation(body)


def words(shown: ShownLine) -> Iterator[str]:
    yield from (shown.label, shown.amount, shown.formula, shown.rounding, shown.doubt, shown.more)
    for step in shown.steps:
        yield from (step.label, step.formula, step.amount, step.law)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


def test_there_is_a_sample_of_every_kind_that_can_be_paid() -> None:
    assert {each.kind for each in SAMPLES} == {kind.code for kind in KINDS.values() if kind.texts}


@pytest.mark.parametrize("owed", SAMPLES, ids=lambda owed: owed.number)
def test_json_says_the_lines_of_the_quote(owed: NewObligation) -> None:
    quote = quoted(owed)
    for line in quote.lines:
        told = line_out(line, SPEECHES)
        assert read_json(told) == read_explanation(explanation_of(line))
        assert (told.part, told.amount_vnd) == (line.part, line.amount.vnd)


@pytest.mark.parametrize("owed", SAMPLES, ids=lambda owed: owed.number)
def test_the_signed_proof_holds_the_lines_of_the_quote(owed: NewObligation) -> None:
    quote = quoted(owed)
    proof = signed(quote)
    assert verify(
        proof.payload, signature=proof.signature, public_keys={SIGNER.key_id: SIGNER.public_key}
    )
    content: dict[str, Any] = json.loads(proof.payload)
    assert [read_explanation(line) for line in content["lines"]] == [
        read_explanation(explanation_of(line)) for line in quote.lines
    ]
    for speech in SPEECHES.values():
        (part,) = read_proof(proof, speech, {}).parts
        assert list(part.lines) == explained(quote.lines, speech)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("owed", SAMPLES, ids=lambda owed: owed.number)
def test_page_and_paper_show_every_word_of_every_line(
    house: House, owed: NewObligation, language: Language
) -> None:
    quote, speech = quoted(owed), SPEECHES[language]
    path = "/en/fine" if language is Language.EN else "/fine"
    request = Request({"type": "http", "path": path, "headers": [], "query_string": b""})
    page = house.pages.show(request, "citizen/amounts.html", quote=quote)
    raw = paper(read_proof(signed(quote), speech, {}), speech, site="pay.test", sandbox=False)
    printed = plain("".join(leaf.extract_text() for leaf in PdfReader(BytesIO(raw)).pages))
    for line in explained(quote.lines, speech):
        assert plain(line.mark) in plain(bytes(page.body).decode())
        for word in (*words(line), line.rule, line.law):
            assert plain(word) in plain(bytes(page.body).decode())
            assert plain(word) in printed


@pytest.mark.parametrize("owed", SAMPLES, ids=lambda owed: owed.number)
def test_xml_says_the_lines_of_the_quote(owed: NewObligation) -> None:
    quote = quoted(owed)
    document = proof_xml(signed(quote), since={"vi": [], "en": []}, is_revoked=False)
    assert is_schematic(document)
    told = list(ET.fromstring(document).iter(tag("line")))  # noqa: S314 - our own
    assert [int(one.get("vnd", "")) for one in told] == [line.amount.vnd for line in quote.lines]
    for one, line in zip(told, quote.lines, strict=True):
        said = {part.tag: part.text or "" for part in one if part.tag != tag("step")}
        wanted = {
            "label": line.label,
            "rounding": line.rounding,
            "rule": line.rule,
            "law": line.law,
        }
        assert said == {tag(name): text for name, text in wanted.items() if text}
        steps = one.findall(tag("step"))
        assert [step.findtext(tag("label")) for step in steps] == [x.label for x in line.steps]
        assert [int(step.get("vnd", "0")) for step in steps] == [x.amount.vnd for x in line.steps]
        assert [step.get("rate", "") for step in steps] == [x.rate for x in line.steps]


OLD: dict[str, Any] = {
    "type": "clearing.payment-acknowledgement.v1",
    "lines": [
        {
            "label": "Tiền chậm nộp phạt",
            "rule": "0,05% mỗi ngày",
            "base_vnd": 3_000_000,
            "days": 9,
            "rate": "0.0005",
            "law": "Thông tư 18/2023/TT-BTC, Điều 5",
            "status": "CONFIRMED",
            "obligation_number": "1/QĐ-XPHC",
            "kind": "traffic_fine",
            "part": "late_surcharge",
            "amount_vnd": 13_500,
        }
    ],
}


def test_a_proof_from_before_there_were_steps_still_verifies_and_says_its_days() -> None:
    content: dict[str, Any] = json.loads(signed(quoted(SAMPLES[0])).payload) | OLD
    payload = json.dumps(content).encode()
    kept = SignedAcknowledgement("NPZZZZZZZZVN", payload, SIGNER.sign(payload), SIGNER.key_id)
    keys = {SIGNER.key_id: SIGNER.public_key}
    assert verify(payload, signature=kept.signature, public_keys=keys)
    proof = read_proof(kept, SPEECHES[Language.VI], {})
    (line,) = proof.parts[0].lines
    assert line.formula == "9 ngày × 0,05% × 3.000.000\u00a0đ"
    assert line.amount == SPEECHES[Language.VI].dong(Money(13_500))
