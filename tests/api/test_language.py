"""Both languages: the catalogue without gaps, and how each writes money, days and hours."""

import ast
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from api.language import CATALOGUE, Language, read_speeches, vietnamese_key
from ledger.money import VND_MAX, Money
from payments.obligations.registry import KINDS
from payments.quoting import TEXTS as QUOTING_TEXTS

API = Path(__file__).parents[2] / "api"
VI = read_speeches()[Language.VI]
EN = read_speeches()[Language.EN]

VIETNAMESE = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]", re.IGNORECASE)
PLACE = re.compile(r"%\((\w+)\)s")

NOT_SPOKEN = {
    "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz",
    "thứ Hai",
    "thứ Ba",
    "thứ Tư",
    "thứ Năm",
    "thứ Sáu",
    "thứ Bảy",
    "Chủ nhật",
    "\u00a0đ",
    r"(?:vnd)?([0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+)(?:đ|₫|d|vnd|đồng)?",
}
"""How Vietnamese itself is written and read: never translated."""


def _in_templates() -> Iterator[str]:
    for template in sorted((API / "templates").rglob("*.html")):
        found = extract_from_file(
            "jinja2.ext:babel_extract",
            template,
            options={"trimmed": "true", "newstyle_gettext": "false"},
        )
        for _, text, _, _ in found:
            yield text if isinstance(text, str) else text[0]


def _in_code() -> Iterator[str]:
    files = [API / "page.py", API / "language.py", API / "explained.py", API / "mail.py"]
    files.append(API / "later_words.py")
    files += (API / "citizen").glob("*.py")
    for file in [*files, *(API / "console").glob("*.py"), *(API / "access").glob("*.py")]:
        tree = ast.parse(file.read_text())
        docstrings = {id(part) for node in ast.walk(tree) for part in _docstring(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docstrings:
                text = str(node.value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] (a constant of any type)
                if isinstance(node.value, str) and VIETNAMESE.search(text):
                    yield text


def _docstring(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the constants that stand as statements: docstrings of all sorts."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value


def _in_kinds() -> Iterator[str]:
    for kind in KINDS.values():
        yield kind.name
        yield from kind.texts


def _wanted() -> set[str]:
    code = set(_in_code()) - NOT_SPOKEN
    return {*_in_templates(), *code, *_in_kinds(), *QUOTING_TEXTS}


def _messages() -> dict[str, Message]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogue
        if message.id
    }


def _spoken(message: Message) -> Sequence[str]:
    """Return a message's translations: one, or one for each number."""
    spoken = message.string
    return [spoken] if isinstance(spoken, str) else list(spoken or [""])


def _as_entries(texts: set[str]) -> str:
    return "\n\n".join(f'msgid "{text}"\nmsgstr ""' for text in sorted(texts))


def test_every_text_is_translated() -> None:
    missing = _wanted() - set(_messages())
    assert not missing, f"add to {CATALOGUE}:\n\n{_as_entries(missing)}"


def test_nothing_is_translated_that_nobody_says() -> None:
    assert not set(_messages()) - _wanted()


def test_no_translation_is_empty_or_fuzzy() -> None:
    for text, message in _messages().items():
        assert not message.fuzzy, text
        assert all(_spoken(message)), text


def test_translations_speak_vietnamese_only_in_brackets() -> None:
    for message in _messages().values():
        for spoken in _spoken(message):
            assert not VIETNAMESE.search(re.sub(r"\(.*?\)|QĐ-XPHC", "", spoken)), spoken


def test_translations_fill_in_the_same_values() -> None:
    for text, message in _messages().items():
        for spoken in _spoken(message):
            assert set(PLACE.findall(spoken)) == set(PLACE.findall(text)), text


@pytest.mark.parametrize(
    ("vnd", "vi", "en"),
    [
        (0, "0\u00a0đ", "VND\u00a00"),
        (999, "999\u00a0đ", "VND\u00a0999"),
        (1_234_000, "1.234.000\u00a0đ", "VND\u00a01,234,000"),
        (-13_500, "-13.500\u00a0đ", "VND\u00a0-13,500"),
    ],
)
def test_dong_is_grouped_as_each_language_does(vnd: int, vi: str, en: str) -> None:
    assert (VI.dong(Money(vnd)), EN.dong(Money(vnd))) == (vi, en)


@given(st.integers(min_value=-VND_MAX, max_value=VND_MAX))
def test_no_digit_of_an_amount_is_lost(vnd: int) -> None:
    for speech in (VI, EN):
        assert int(re.sub("[^0-9-]", "", speech.dong(Money(vnd)))) == vnd


def test_the_rate_of_the_surcharge_reads_as_the_law_writes_it() -> None:
    assert VI.percent("0.0005") == "0,05%"
    assert EN.percent("0.0005") == "0.05%"
    assert VI.percent("0.0005; 0.001") == "0,05%; 0,1%"


def test_instants_are_told_in_vietnam() -> None:
    late = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)
    assert VI.time(late) == "00:05"
    assert VI.instant(late) == "00:05, 22/11/2026"


def test_deadlines_have_their_weekday() -> None:
    assert VI.weekday(date(2026, 11, 27)) == "thứ Sáu, 27/11/2026"
    assert EN.weekday(date(2026, 11, 29)) == "Sunday, 29/11/2026"


@pytest.mark.parametrize(
    ("today", "vi", "en"),
    [
        (date(2026, 11, 22), "còn 5 ngày", "5 days left"),
        (date(2026, 11, 26), "còn 1 ngày", "1 day left"),
        (date(2026, 11, 27), "hôm nay là ngày cuối", "today is the last day"),
        (date(2026, 11, 28), "đã quá hạn 1 ngày", "1 day overdue"),
        (date(2026, 12, 7), "đã quá hạn 10 ngày", "10 days overdue"),
    ],
)
def test_days_are_counted_to_and_from_the_deadline(today: date, vi: str, en: str) -> None:
    deadline = date(2026, 11, 27)
    assert (VI.days_left(deadline, today=today), EN.days_left(deadline, today=today)) == (vi, en)


def test_vietnamese_is_sorted_as_its_dictionaries_do() -> None:
    ordered = ["an", "ăn", "ân", "ba", "bà", "bả", "bã", "bá", "bạ", "băng", "dung", "đan", "em"]
    assert sorted(_mixed(ordered), key=vietnamese_key) == ordered


def _mixed(texts: Sequence[str]) -> list[str]:
    """Return the texts in an order that says nothing: by their bytes, backwards."""
    return sorted(texts, key=str.encode, reverse=True)


def test_names_are_sorted_syllable_by_syllable() -> None:
    ordered = ["Hà Nội", "Hà Tĩnh", "Hạ Long", "Hải Dương", "Hải Phòng"]
    assert sorted(_mixed(ordered), key=vietnamese_key) == ordered


def test_sorting_does_not_care_how_signs_are_composed() -> None:
    assert vietnamese_key("Nguyễn") == vietnamese_key("Nguye\u0302\u0303n")


def test_digits_come_before_letters() -> None:
    assert sorted(["b", "a", "9", "10"], key=vietnamese_key) == ["10", "9", "a", "b"]
