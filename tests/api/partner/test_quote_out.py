"""A quote as JSON."""

from datetime import date

from api.language import read_speeches
from api.partner.quote_out import quote_out
from ledger.money import Money
from payments.quote import Note, Quote, QuoteLine, QuoteStep, Unit

STEP = QuoteStep(
    label="Tiền phạt",
    amount=Money(13_500),
    base=Money(3_000_000),
    count=9,
    unit=Unit.DAY,
    rate="0.0005",
    first=date(2026, 3, 21),
    last=date(2026, 3, 29),
)
LINE = QuoteLine(
    part="late_surcharge",
    label="Tiền chậm nộp phạt",
    rule="",
    amount=Money(13_500),
    base=Money(3_000_000),
    days=9,
    rate="0.0005",
    law="Điều 5",
    status="UNCONFIRMED",
    beneficiary="KB0111",
    budget={"sub_item": "4252"},
    steps=(STEP,),
)
NOTE = Note(
    code="sample",
    text="%(amount)s, %(day)s, %(count)s, %(word)s",
    values={"amount": Money(13_500), "day": date(2026, 3, 21), "count": 1_200, "word": "A"},
    is_warning=True,
)
QUOTE = Quote(7, "traffic_fine", "1/QĐ-XPHC", date(2026, 3, 30), None, (LINE,), (NOTE,))


def test_a_line_has_its_words_in_both_languages_and_its_steps():
    told = quote_out(QUOTE, read_speeches())
    line = told.lines[0]
    assert told.total_vnd == 13_500
    assert (line.label, line.label_en) == (
        "Tiền chậm nộp phạt",
        "Late surcharge (tiền chậm nộp phạt)",
    )
    assert (line.steps[0].count, line.steps[0].unit, line.steps[0].rate) == (9, "day", "0.0005")
    assert (line.steps[0].first, line.steps[0].last) == (date(2026, 3, 21), date(2026, 3, 29))
    assert line.budget == {"sub_item": "4252"}


def test_words_that_are_empty_stay_empty_in_english_too():
    # The catalogue's own heading stands under the empty text.
    told = quote_out(QUOTE, read_speeches()).lines[0]
    assert (told.rule_en, told.rounding_en) == ("", "")


def test_a_note_writes_its_values_as_each_language_does():
    note = quote_out(QUOTE, read_speeches()).notes[0]
    assert note.text == "13.500\u00a0đ, 21/03/2026, 1.200, A"
    assert note.text_en == "VND\u00a013,500, 21/03/2026, 1,200, A"
    assert (note.code, note.is_warning) == ("sample", True)
