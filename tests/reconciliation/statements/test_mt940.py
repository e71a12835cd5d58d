"""MT940 statements read whole, in balance, or refused with the reason."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import mt940
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.errors import FileRefused
from reconciliation.statements.contract import Statement, StatementFile
from reconciliation.statements.mt940 import read_mt940, read_mt940_ended

GOLDEN = Path(__file__).parents[2] / "golden" / "statements"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "statements"
TREASURY = (GOLDEN / "treasury.sta").read_bytes()
HEAD = ":20:R\n:25:A\n:28C:1/1\n:60F:C261120VND100,\n"
TAIL = ":62F:C261120VND100,\n-\n"


def sums(statement: Statement, *, credit: bool) -> tuple[int, Decimal]:
    amounts = [abs(one.amount) for one in statement.entries if (one.amount > 0) is credit]
    moved = [amount for amount in amounts if amount]
    return len(moved), sum(moved, start=Decimal(0))


@pytest.mark.parametrize("name", ["treasury.sta", "envelope.sta"])
def test_our_own_files_read_as_expected(name: str):
    expected = json.loads((GOLDEN / "expected.json").read_text())[name]
    statements = read_mt940_ended((GOLDEN / name).read_bytes()).statements
    assert len(statements) == len(expected)
    for statement, wanted in zip(statements, expected, strict=True):
        assert statement.reference == wanted["reference"]
        assert statement.account == wanted["account"]
        assert statement.sequence == wanted["sequence"]
        assert statement.currency == wanted["currency"]
        for balance, stated in (
            (statement.opening, wanted["opening"]),
            (statement.closing, wanted["closing"]),
        ):
            assert (balance.on.isoformat(), balance.amount) == (stated[0], Decimal(stated[1]))
        assert [*sums(statement, credit=True)] == [
            wanted["credits"][0],
            Decimal(wanted["credits"][1]),
        ]
        assert [*sums(statement, credit=False)] == [
            wanted["debits"][0],
            Decimal(wanted["debits"][1]),
        ]
        assert sum(one.is_reversal for one in statement.entries) == wanted["reversals"]


def test_an_entry_keeps_its_references_dates_text_and_line():
    first, second, third, _ = read_mt940_ended(TREASURY).statements[0].entries
    assert (first.reference, first.bank_reference) == ("VN20261123A", "KB00000001")
    assert first.text == "VNPAY VN20261123A 5 giao dich"
    assert (first.line, first.value_date) == (5, date(2026, 11, 23))
    assert (second.text, second.amount) == (third.text, third.amount)
    assert second.line != third.line
    text = read_mt940_ended((GOLDEN / "envelope.sta").read_bytes()).statements[0].entries[0].text
    assert text == "line one\nline two"


def test_a_booking_day_is_put_in_the_year_nearest_to_the_value_date():
    entry = read_mt940_ended((GOLDEN / "envelope.sta").read_bytes()).statements[0].entries[0]
    assert (entry.value_date, entry.booking_date) == (date(2027, 1, 4), date(2026, 12, 31))


def test_text_between_entry_and_its_description_is_kept():
    reversal = read_mt940_ended(TREASURY).statements[2].entries[0]
    assert reversal.text == "Hoan lai but toan\nVNPAY VN20261122B"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "cut short"),
        ("\n", "no statement"),
        ("hello\n", "line 1 belongs to no entry"),
        ("-\n", "line 1 ends no statement"),
        (HEAD + ":62F:C261120VND101,\n-\n", r"R 1/1 of account A .* difference 1$"),
        (HEAD + ":61:261120C1NTRFX\n" + TAIL, "line 5.*no field 61.*comma"),
        (HEAD.replace("100,", "100") + TAIL, "line 4.*no field 60F.*comma"),
        (HEAD + ":61:261320C1,NTRFX\n" + TAIL, "261320 is no date"),
        (HEAD + ":61:2611201332C1,NTRFX\n" + TAIL, "1332 is no day of a year"),
        (HEAD + ":61:261120CX1,NTRFX\n" + TAIL, "funds code X is not of VND"),
        (HEAD + ":61:261120C1234567890123,45NTRFX\n" + TAIL, "longer than the format"),
        (HEAD + ":61:261120C1,NTRFX\n:61:261120D1,NTRFX\n" + TAIL[:-2], "no end"),
        (HEAD.replace(":28C:1/1", ":28C:x") + TAIL, "line 3.*no field 28C"),
        (HEAD.replace(":25:A", ":25: ") + TAIL, "line 2: field 25 is empty"),
        (HEAD.replace(":25:A\n", "") + TAIL, "no field 25"),
        (HEAD + "-\n", "no field 62"),
        (HEAD + ":34F:VND0,\n" + TAIL, "type 942"),
        (HEAD + HEAD[6:] + TAIL, "do not come as in type 940"),
        (HEAD + ":99:X\n" + TAIL, "do not come as in type 940"),
        (HEAD.replace("60F", "60X") + TAIL, "do not come as in type 940"),
        (HEAD + "?\n" + TAIL, "line 5 belongs to no entry"),
        (HEAD + ":6:\n" + TAIL, "line 5 starts with no tag"),
        (HEAD + ":62F:C261120USD100,\n-\n", "opens in VND, closes in another"),
        (HEAD + TAIL.replace("-\n", "-\n-\n"), "line 7 ends no statement"),
        (HEAD + TAIL[:-2] + HEAD + TAIL, "line 6: the statement before it has no end"),
        (HEAD + ":61:261120C0,NTRFX\n:86:a\tb\n" + TAIL, "line 6 holds a character"),
        (HEAD + TAIL.replace("62F", "62M"), "page after is missing"),
        (HEAD.replace("60F", "60M") + TAIL, "page before is missing"),
        ("{1:F01X}{2:I942X}{4:\n" + HEAD + TAIL[:-1] + "}\n", "message type 942"),
        ("{1:F01X}{4:\n" + HEAD + TAIL[:-1] + "}\n", "no message envelope"),
        ("{1:F01X}{2:I940X}{4:\n" + HEAD + TAIL, "line 7: the statement before it has no end"),
        ("{1:F01X}{2:I940X}{4:\n{1:F01X}{2:I940X}{4:\n", "line 2 ends no statement"),
        (HEAD + TAIL + "{1:F01X}{2:I940X}{4:\n", "cut short"),
    ],
)
def test_what_is_not_a_whole_statement_in_balance_is_refused(raw: str, reason: str):
    with pytest.raises(FileRefused, match=reason):
        read_mt940_ended(raw.encode())


def test_a_file_longer_than_any_statement_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("reconciliation.statements.mt940.STATEMENT_BYTES_MAX", len(TREASURY) - 1)
    with pytest.raises(FileRefused, match="longer than any statement"):
        read_mt940_ended(TREASURY)


def test_bytes_that_are_no_text_are_refused_by_their_place():
    with pytest.raises(FileRefused, match="byte 4 is not UTF-8"):
        read_mt940(b":20:\xff\n")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (":28C:221/2\n:60M", ":28C:221/3\n:60M"),
        (":28C:221/2\n:60M", ":28C:222/2\n:60M"),
        (":28C:221/2\n:60M", ":28C:221\n:60M"),
        ("7111.1054322\n:28C:221/2", "7111.1054321\n:28C:221/2"),
        (":62M:C261123VND0,", ":61:261123C1,NTRFX\n:62M:C261123VND1,"),
    ],
)
def test_a_page_that_does_not_follow_its_own_is_refused(was: str, becomes: str):
    text = TREASURY.decode()
    assert was in text
    with pytest.raises(FileRefused, match="does not go on where 221/1 ended"):
        read_mt940_ended(text.replace(was, becomes).encode())


def whole_statements(file: StatementFile) -> Sequence[Statement]:
    return file.statements


def accepted_lengths(raw: bytes) -> list[int]:
    whole = read_mt940_ended(raw).statements
    accepted: list[int] = []
    for length in range(len(raw)):
        try:
            read = read_mt940_ended(raw[:length]).statements
        except FileRefused:
            continue
        assert read == whole[: len(read)]
        accepted.append(length)
    return accepted


def test_f43_a_file_cut_at_any_byte_is_refused_unless_a_whole_statement_ends_there():
    assert accepted_lengths(TREASURY) == [TREASURY.index(b"\n-\n") + len("\n-\n")]


def test_f43_a_file_of_one_statement_is_whole_or_refused():
    envelope = (GOLDEN / "envelope.sta").read_bytes()
    # Only the envelope's checksum block, which says nothing of the statement, may be missing.
    assert accepted_lengths(envelope) == [envelope.index(b"-}") + len("-}")]
    assert accepted_lengths((HEAD + TAIL).encode()) == []


@given(st.data())
def test_f44_a_changed_byte_is_read_otherwise_or_refused_but_never_a_fault(data: st.DataObject):
    raw = bytearray(TREASURY)
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        place = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
        raw[place] = data.draw(st.integers(min_value=0, max_value=255))
    refuses_or_ties(bytes(raw))


@given(st.binary(max_size=300))
def test_f44_any_bytes_are_refused_or_tie(raw: bytes):
    refuses_or_ties(raw)


PIECES = [*TREASURY.decode().splitlines(keepends=True), ":942:\n", "{4:\n", "-}\n", "\r\n", ":86:"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_f44_lines_in_any_order_are_refused_or_tie(pieces: list[str]):
    refuses_or_ties("".join(pieces).encode())


def refuses_or_ties(raw: bytes) -> None:
    for read in (read_mt940, read_mt940_ended):
        try:
            file = read(raw)
        except FileRefused:
            continue
        for one in file.statements:
            moved = sum((entry.amount for entry in one.entries), start=Decimal(0))
            assert one.opening.amount + moved == one.closing.amount


def test_both_kinds_of_line_end_read_alike_and_a_mix_is_refused():
    assert read_mt940_ended(TREASURY.replace(b"\n", b"\r\n")) == read_mt940_ended(TREASURY)
    with pytest.raises(FileRefused, match="cut short"):
        read_mt940_ended(TREASURY.replace(b"\n", b"\r\n", 3))
    with pytest.raises(FileRefused, match="printed"):
        read_mt940_ended(TREASURY[:-1].replace(b"\n", b"\r\n", 3) + b"\r\n")


def test_an_independent_reader_sees_the_same_entries():
    for name in ("treasury.sta", "envelope.sta"):
        raw = (GOLDEN / name).read_bytes()
        others = mt940.parse_statements(
            raw.decode().replace("\r\n", "\n"), options=mt940.Options.all()
        )
        ours = read_mt940_ended(raw).statements
        assert [len(one.entries) for one in ours] == [len(other) for other in others]
        amounts = [entry.amount for one in ours for entry in one.entries]
        assert amounts == [line.data["amount"].amount for other in others for line in other]


OUT_OF_BALANCE = {
    "mt940/commerzbank-returned-debit.txt": "difference 12.35",
    "mt940/postfinance-intermediate-balances.sta": "999/2 .* difference 0.2",
    "mt940/knab-swift-envelope.txt": "line 19.*amount with its comma",
}


def samples() -> list[Mapping[str, object]]:
    listed = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]
    return [one for one in listed if str(one["file"]).startswith("mt940/")]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the collected sample statements are not here")
def test_every_collected_sample_reads_as_expected_or_is_refused_with_its_reason():
    checked = 0
    for sample in samples():
        name = str(sample["file"])
        raw = (SAMPLES / name).read_bytes()
        checked += 1
        if name in OUT_OF_BALANCE:
            with pytest.raises(FileRefused, match=OUT_OF_BALANCE[name]):
                read_mt940(raw)
            continue
        statements = read_mt940(raw).statements
        wanted = sample["statements"]
        assert isinstance(wanted, list)
        assert [described(one) for one in statements] == [as_described(one) for one in wanted]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # JSON
    assert checked >= len(OUT_OF_BALANCE)


def described(one: Statement) -> tuple[object, ...]:
    kinds = [entry.amount for entry in one.entries]
    return (
        one.reference,
        one.account,
        one.sequence,
        one.currency,
        (one.opening.is_final, one.opening.on.isoformat(), one.opening.amount),
        (one.closing.is_final, one.closing.on.isoformat(), one.closing.amount),
        len(kinds),
        sums(one, credit=True),
        sums(one, credit=False),
        sum(entry.is_reversal for entry in one.entries),
    )


def as_described(wanted: Mapping[str, object]) -> tuple[object, ...]:
    def balance(tag: str) -> tuple[bool, object, Decimal]:
        found = wanted[tag]
        assert isinstance(found, dict)
        return found["tag"].endswith("F"), found["date"], Decimal(found["amount"])  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]  # JSON

    def summed(side: str) -> tuple[int, Decimal]:
        found = wanted[side]
        assert isinstance(found, dict)
        return found["count"], Decimal(found["sum"])  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # JSON

    return (
        wanted["reference"],
        wanted["account"],
        wanted["sequence"],
        wanted["currency"],
        balance("opening"),
        balance("closing"),
        wanted["entries"],
        summed("credits"),
        summed("debits"),
        wanted["reversal_marks"],
    )
