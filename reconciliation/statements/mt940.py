"""SWIFT MT940 customer statements, read strictly: whole, of this type, in balance, or refused.

Nothing is repaired. What banks do differ in and what moves no money is tolerated: the SWIFT block
envelope or none, either kind of line end, a control byte before the first and after the last tag,
a heading `:940:`, `:28:` for `:28C:`, amounts padded with zeros, an empty line.
Source: SWIFT Standards MT, category 9, MT 940 format specifications.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from reconciliation.errors import FileRefused
from reconciliation.statements.contract import (
    Balance,
    Statement,
    StatementEntry,
    StatementFile,
    StatementFormat,
)

STATEMENT_BYTES_MAX: Final = 256_000_000

_TAG: Final = re.compile(r":([0-9]{2}[A-Z]?|9[0-9]{2}):(.*)", re.DOTALL)
_ENVELOPE: Final = re.compile(r"\{1:[^{}]*\}\{2:[IO](?P<type>[0-9]{3})[^{}]*\}(?:\{3:.*\})?\{4:")
_TAIL: Final = re.compile(r"-\}(?:\{5:.*\})?")
_AMOUNT: Final = r"(?P<amount>[0-9]{1,14},[0-9]*)"
_BALANCE: Final = re.compile(
    r"(?P<mark>[CD])(?P<on>[0-9]{6})(?P<currency>[A-Z]{3})" + _AMOUNT, re.ASCII
)
_ENTRY: Final = re.compile(
    r"(?P<value>[0-9]{6})(?P<booking>[0-9]{4}|\ {4})?(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?"
    + _AMOUNT
    + r"\ ?(?P<type>[A-Z][A-Z0-9]{3})(?P<reference>.{0,16}?)(?://(?P<bank>.{0,16}))?",
    re.ASCII,
)
_ORDER: Final = re.compile(
    r"20 (21 )?25P? 28C? 60[FM]( 86)?( 61( 86)*)* 62[FM]( 64)?( 65)*( 86)?", re.ASCII
)
_ONLY_IN_942: Final = frozenset({"34F", "90C", "90D", "13D", "942"})
_BOUNDARIES: Final = frozenset({"-", "-}", "{"})
_SEQUENCE: Final = re.compile(r"[0-9]{1,5}(?:/[0-9]{1,5})?")
_EXPECTED: Final = {
    _BALANCE: ", which is a mark, a date, a currency and an amount with its comma",
    _ENTRY: ", which is a date, a mark, an amount with its comma, a type and references",
}
_AMOUNT_CHARS_MAX: Final = 15
_CENTURY_TURNS_AT: Final = 80
_DATE_TEXT: Final = 6


@dataclass(frozen=True, slots=True)
class _Field:
    """One tag with its value, which may run over several lines."""

    line: int
    tag: str
    value: str


def read_mt940(raw: bytes) -> StatementFile:
    """Return the file's statements, page by page; a page need not be marked as ended.

    Raises:
        FileRefused: the reason names the line, or the statement and by how much it is out.
    """
    return _read(raw, ends_marked=False)


def read_mt940_ended(raw: bytes) -> StatementFile:
    """Return the file's statements where each must be ended by a line `-` or `-}`.

    What is cut short anywhere but between two statements is refused.

    Raises:
        FileRefused: the reason names the line, or the statement and by how much it is out.
    """
    return _read(raw, ends_marked=True)


FORMAT: Final = StatementFormat(code="mt940", read=read_mt940_ended)


def _read(raw: bytes, *, ends_marked: bool) -> StatementFile:
    if len(raw) > STATEMENT_BYTES_MAX:
        raise FileRefused("the file is longer than any statement we accept")
    fields = _fields(_lines(raw, ends_marked=ends_marked))
    statements = [_statement(page) for page in _pages(fields, ends_marked=ends_marked)]
    if not statements:
        raise FileRefused("the file holds no statement")
    for statement in statements:
        _refuse_untied(statement)
    _refuse_broken_pages(statements)
    return StatementFile(statements=tuple(statements))


def _lines(raw: bytes, *, ends_marked: bool) -> list[str]:
    """Return the lines without their ends; only the envelope's tail may stand unended."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused(f"byte {error.start} is not UTF-8 text") from error
    end = "\r\n" if "\r" in text else "\n"
    text = text.removeprefix("\x01" + end)
    if ends_marked and not text.endswith((end, "-}")):
        raise FileRefused("the file is cut short: its last line does not end")
    lines = text.removesuffix(end).split(end)
    lines[-1] = lines[-1].removesuffix("\x03")
    for number, line in enumerate(lines, start=1):
        if not line.isprintable():
            raise FileRefused(f"line {number} holds a character that cannot be printed")
    return lines


def _pages(fields: Iterable[_Field], *, ends_marked: bool) -> Iterator[list[_Field]]:
    """Yield the fields of one page after the other."""
    page: list[_Field] = []
    is_enveloped = False
    for field in fields:
        if field.tag not in _BOUNDARIES and not (field.tag == "20" and page):
            page.append(field)
            continue
        is_end = field.tag == ("-}" if is_enveloped else "-")
        if page:
            if (ends_marked or is_enveloped) and not is_end:
                raise FileRefused(f"line {field.line}: the statement before it has no end")
            yield page
        elif is_enveloped or field.tag != "{":
            raise FileRefused(f"line {field.line} ends no statement")
        page = [field] if field.tag == "20" else []
        is_enveloped = field.tag == "{"
    if is_enveloped or (page and ends_marked):
        raise FileRefused("the file is cut short: its last statement has no end")
    if page:
        yield page


def _fields(lines: Sequence[str]) -> Iterator[_Field]:
    """Yield one field per tag, its value over all its lines; ends and envelopes count as tags."""
    pending: _Field | None = None
    for number, line in enumerate(lines, start=1):
        if not line or line == ":940:":
            continue
        if line[0] in ":-{":
            if pending is not None:
                yield pending
            pending = _field(line, number)
        elif pending is None or pending.tag not in {"61", "86"}:
            raise FileRefused(f"line {number} belongs to no entry and no text")
        else:
            pending = replace(pending, value=f"{pending.value}\n{line}")
    if pending is not None:
        yield pending


def _field(line: str, number: int) -> _Field:
    tag = _TAG.fullmatch(line)
    if tag is not None:
        return _Field(line=number, tag=tag[1], value=tag[2])
    if line == "-" or _TAIL.fullmatch(line):
        return _Field(line=number, tag=line[:2], value="")
    if line.startswith("{1:"):
        _refuse_other_type(line, number)
        return _Field(line=number, tag="{", value="")
    raise FileRefused(f"line {number} starts with no tag we know")


def _refuse_other_type(line: str, number: int) -> None:
    envelope = _ENVELOPE.fullmatch(line)
    if envelope is None:
        raise FileRefused(f"line {number} is no message envelope we know")
    if envelope["type"] != "940":
        raise FileRefused(f"line {number}: message type {envelope['type']}, not 940")


def _statement(fields: Sequence[_Field]) -> Statement:
    """Return one page from its fields, in the order the format gives them."""
    by_tag = {field.tag[:2]: field for field in fields}
    _refuse_misordered(fields, by_tag)
    currency = _matched(_BALANCE, by_tag["60"])["currency"]
    if _matched(_BALANCE, by_tag["62"])["currency"] != currency:
        raise FileRefused(f"line {by_tag['62'].line}: opens in {currency}, closes in another")
    entries: list[StatementEntry] = []
    for field in fields:
        if field.tag == "61":
            entries.append(_entry(field, currency))
        elif field.tag == "86" and entries and field.line < by_tag["62"].line:
            entries[-1] = _with_text(entries[-1], field.value)
    return Statement(
        account=_named(by_tag["25"]),
        reference=_named(by_tag["20"]),
        sequence=_matched(_SEQUENCE, by_tag["28"])[0],
        currency=currency,
        opening=_balance(by_tag["60"]),
        closing=_balance(by_tag["62"]),
        entries=tuple(entries),
    )


def _refuse_misordered(fields: Sequence[_Field], by_tag: Mapping[str, _Field]) -> None:
    first = fields[0].line
    for field in fields:
        if field.tag in _ONLY_IN_942:
            raise FileRefused(f"line {field.line}: field {field.tag} belongs to type 942, not 940")
    for tag in ("20", "25", "28", "60", "62"):
        if tag not in by_tag:
            raise FileRefused(f"line {first}: the statement has no field {tag}")
    if not _ORDER.fullmatch(" ".join(field.tag for field in fields)):
        raise FileRefused(f"line {first}: the statement's fields do not come as in type 940")


def _balance(field: _Field) -> Balance:
    found = _matched(_BALANCE, field)
    amount = _amount(found["amount"], field)
    return Balance(
        on=_date(found["on"], field),
        amount=amount if found["mark"] == "C" else -amount,
        is_final=field.tag.endswith("F"),
    )


def _entry(field: _Field, currency: str) -> StatementEntry:
    head, _, supplement = field.value.partition("\n")
    found = _matched(_ENTRY, _Field(line=field.line, tag=field.tag, value=head))
    mark, funds = found["mark"], found["funds"]
    if funds is not None and funds != currency[-1]:
        raise FileRefused(f"line {field.line}: funds code {funds} is not of {currency}")
    amount = _amount(found["amount"], field)
    value_date = _date(found["value"], field)
    booking = (found["booking"] or "").strip()
    return StatementEntry(
        line=field.line,
        value_date=value_date,
        booking_date=_booked(booking, value_date, field) if booking else value_date,
        amount=amount if mark in {"C", "RD", "EC"} else -amount,
        is_reversal=mark in {"RC", "RD"},
        reference=found["reference"].strip(),
        bank_reference=(found["bank"] or "").strip(),
        text=supplement,
    )


def _with_text(entry: StatementEntry, text: str) -> StatementEntry:
    return replace(entry, text=f"{entry.text}\n{text}" if entry.text else text)


def _matched(shape: re.Pattern[str], field: _Field) -> re.Match[str]:
    found = shape.fullmatch(field.value)
    if found is None:
        raise FileRefused(
            f"line {field.line}: {field.value[:60]!r} is no field {field.tag}"
            f"{_EXPECTED.get(shape, '')}"
        )
    return found


def _named(field: _Field) -> str:
    if not field.value.strip():
        raise FileRefused(f"line {field.line}: field {field.tag} is empty")
    return field.value.strip()


def _amount(text: str, field: _Field) -> Decimal:
    if len(text) > _AMOUNT_CHARS_MAX:
        raise FileRefused(f"line {field.line}: amount {text} is longer than the format allows")
    return Decimal(text.replace(",", "."))


def _date(text: str, field: _Field) -> date:
    """Return the date of six digits; years 80 to 99 are of the last century."""
    year, month, day = (int(text[at : at + 2]) for at in range(0, _DATE_TEXT, 2))
    century = 1900 if year >= _CENTURY_TURNS_AT else 2000
    try:
        return date(century + year, month, day)
    except ValueError as error:
        raise FileRefused(f"line {field.line}: {text} is no date") from error


def _booked(text: str, value_date: date, field: _Field) -> date:
    """Return the month and day in the year that brings them nearest to the value date."""
    candidates: list[date] = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        try:
            candidates.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue  # 29 February in most years; no date at all if it fails in each.
    if not candidates:
        raise FileRefused(f"line {field.line}: {text} is no day of a year")
    return min(candidates, key=lambda day: abs(day - value_date))


def _refuse_untied(statement: Statement) -> None:
    computed = statement.opening.amount + sum(entry.amount for entry in statement.entries)
    difference = statement.closing.amount - computed
    if difference:
        raise FileRefused(
            f"{_name(statement)} does not tie: its entries lead to {computed}, it closes with"
            f" {statement.closing.amount}, difference {difference}"
        )


def _refuse_broken_pages(statements: Sequence[Statement]) -> None:
    """Refuse a page that does not go on where the page before it ended."""
    before: Statement | None = None
    for statement in statements:
        continues = not statement.opening.is_final
        expected = before is not None and not before.closing.is_final
        if continues != expected:
            missing = "the page before" if continues else "the page after"
            raise FileRefused(f"{_name(statement if continues else before)}: {missing} is missing")
        if before is not None and continues and not _follows(statement, before):
            raise FileRefused(
                f"{_name(statement)} does not go on where {before.sequence} ended:"
                f" {before.closing.amount} {before.currency} then"
                f" {statement.opening.amount} {statement.currency}"
            )
        before = statement
    if before is not None and not before.closing.is_final:
        raise FileRefused(f"{_name(before)}: the page after is missing")


def _follows(statement: Statement, before: Statement) -> bool:
    number, _, page = statement.sequence.partition("/")
    number_before, _, page_before = before.sequence.partition("/")
    return (
        statement.account == before.account
        and statement.currency == before.currency
        and statement.opening.amount == before.closing.amount
        and int(number) == int(number_before)
        and bool(page and page_before)
        and int(page) == int(page_before) + 1
    )


def _name(statement: Statement | None) -> str:
    assert statement is not None, "a page is only missed beside one that is there"
    return f"statement {statement.reference} {statement.sequence} of account {statement.account}"
