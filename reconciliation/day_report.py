"""A closed day on paper: what each side says, what was matched, what is open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from ledger.money import Money, total
from reconciliation.business_day import VIETNAM

FORM: Final = "clearing.day-report.v1"
BREAKS_NAMED_MAX: Final = 200
"""Breaks that are listed one by one; the table by kind counts them all."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Side A: what our book says a gateway took for a beneficiary, by movement."""

    gateway: str
    beneficiary: str
    movement: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Reported:
    """Side B: what a gateway's report of the day says it passed on."""

    gateway: str
    beneficiary: str
    count: int
    amount: Money
    fees: Money


@dataclass(frozen=True, slots=True)
class Arrived:
    """Side C: what beneficiaries' statements showed when the day was matched."""

    gateway: str
    beneficiary: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Matched:
    """Lines of reports that were matched that day, by rule."""

    rule: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file the day rests on; `sha256` is that of its bytes, in hex."""

    source: str
    name: str
    sha256: str
    state: str
    version: int | None
    items: int
    amount: Money


@dataclass(frozen=True, slots=True)
class NamedBreak:
    """A difference still open at the end of the day; `age` is in working days."""

    number: int
    kind: str
    opened_on: date
    age: int
    gateway: str
    beneficiary: str
    payout: str
    amount: Money
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is not at zero in a clearing account's batch; open breaks explain all of it."""

    account: str
    batch: str
    net: Money


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One account of the trial balance."""

    account: str
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class DayReport:
    """Everything about a closed day; nothing in it changes later.

    `breaks_opened` and `breaks_closed` count by kind. `checksum` is the book's own over the day's
    entries, in hex.
    """

    business_date: date
    closed_at: datetime
    taken: tuple[Taken, ...]
    reported: tuple[Reported, ...]
    arrived: tuple[Arrived, ...]
    matched: tuple[Matched, ...]
    files: tuple[ReportFile, ...]
    breaks_opened: Mapping[str, int]
    breaks_closed: Mapping[str, int]
    breaks_open: tuple[NamedBreak, ...]
    standing: tuple[Standing, ...]
    trial_balance: tuple[BalanceRow, ...]
    entries: int
    transfers: int
    checksum: str


def figures_of(report: DayReport) -> dict[str, object]:
    """Return the report as plain data: whole dong as numbers, dates and instants as text."""
    balances = report.trial_balance
    return {
        "form": FORM,
        "business_date": report.business_date.isoformat(),
        "closed_at": report.closed_at.isoformat(),
        "unexplained_vnd": 0,
        "taken": [_figures(row) for row in report.taken],
        "reported": [_figures(row) for row in report.reported],
        "arrived": [_figures(row) for row in report.arrived],
        "matched": [_figures(row) for row in report.matched],
        "files": [_figures(row) for row in report.files],
        "breaks": {
            "opened": dict(sorted(report.breaks_opened.items())),
            "closed": dict(sorted(report.breaks_closed.items())),
            "open": [_figures(row) for row in report.breaks_open],
        },
        "standing": [_figures(row) for row in report.standing],
        "trial_balance": {
            "rows": [_figures(row) for row in balances],
            "debit_vnd": total(row.debit for row in balances).vnd,
            "credit_vnd": total(row.credit for row in balances).vnd,
        },
        "book": {
            "entries": report.entries,
            "transfers": report.transfers,
            "checksum": report.checksum,
        },
    }


def report_of(figures: Mapping[str, Any]) -> DayReport:
    """Return the report whose figures these are."""
    breaks, book = figures["breaks"], figures["book"]
    return DayReport(
        business_date=date.fromisoformat(figures["business_date"]),
        closed_at=datetime.fromisoformat(figures["closed_at"]),
        taken=tuple(Taken(**_read(row)) for row in figures["taken"]),
        reported=tuple(Reported(**_read(row)) for row in figures["reported"]),
        arrived=tuple(Arrived(**_read(row)) for row in figures["arrived"]),
        matched=tuple(Matched(**_read(row)) for row in figures["matched"]),
        files=tuple(ReportFile(**_read(row)) for row in figures["files"]),
        breaks_opened=breaks["opened"],
        breaks_closed=breaks["closed"],
        breaks_open=tuple(NamedBreak(**_read(row)) for row in breaks["open"]),
        standing=tuple(Standing(**_read(row)) for row in figures["standing"]),
        trial_balance=tuple(BalanceRow(**_read(row)) for row in figures["trial_balance"]["rows"]),
        entries=book["entries"],
        transfers=book["transfers"],
        checksum=book["checksum"],
    )


def bytes_of(figures: Mapping[str, object]) -> bytes:
    """Return the one spelling of a report's figures, which is kept and hashed."""
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def text_of(report: DayReport) -> str:
    """Return the report for a terminal, no more than 100 columns wide."""
    titles = [
        f"DAY REPORT {report.business_date.isoformat()}",
        (
            f"closed {report.closed_at.astimezone(VIETNAM).isoformat(timespec='seconds')},"
            " unexplained difference 0 dong"
        ),
    ]
    parts = [
        "\n".join(titles),
        _table(
            "A. Our book: taken by gateways",
            ("gateway", "beneficiary", "movement", "count", "dong"),
            [(t.gateway, t.beneficiary, t.movement, t.count, t.amount) for t in report.taken],
        ),
        _table(
            "B. Gateways' reports: passed on",
            ("gateway", "beneficiary", "fees", "count", "dong"),
            [(b.gateway, b.beneficiary, b.fees, b.count, b.amount) for b in report.reported],
        ),
        _table(
            "C. Beneficiaries' statements: credited",
            ("gateway", "beneficiary", "", "count", "dong"),
            [(c.gateway, c.beneficiary, "", c.count, c.amount) for c in report.arrived],
        ),
        _table(
            "Matched, by rule",
            ("rule", "", "", "lines", "dong"),
            [(m.rule, "", "", m.count, m.amount) for m in report.matched],
        ),
        _table(
            "Files",
            ("source", "name", "SHA-256", "lines", "dong"),
            [(f.source, f.name, f.sha256[:12], f.items, f.amount) for f in report.files],
        ),
        _table(
            "Open breaks, oldest first",
            ("kind", "opened", "payout", "age", "dong"),
            [(b.kind, b.opened_on, b.payout, b.age, b.amount) for b in report.breaks_open],
        ),
        _standing(report.standing),
        _balances(report.trial_balance),
        (
            f"{report.entries:,} entries, {report.transfers:,} transfers,"
            f" checksum {report.checksum[:16]}"
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_Row = Taken | Reported | Arrived | Matched | ReportFile | NamedBreak | Standing | BalanceRow


def _figures(row: _Row) -> dict[str, object]:
    """Return a row's values by name: money as `..._vnd`, dates as text."""
    values: dict[str, object] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, Money):
            values[f"{field.name}_vnd"] = value.vnd
        else:
            values[field.name] = value.isoformat() if isinstance(value, date) else value
    return values


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values as they were: what is named `..._vnd` is money, `..._on` a date."""
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name.endswith("_vnd"):
            values[name.removesuffix("_vnd")] = Money(value)
        elif name.endswith("_on"):
            values[name] = date.fromisoformat(value)
        else:
            values[name] = value
    return values


Cell = str | int | date | Money


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return rows of five columns under a title; the middle one takes what room is left."""
    lines = [title, _row(heads)]
    lines += [_row([_cell(cell) for cell in row]) for row in rows]
    if not rows:
        lines.append("  none")
    return "\n".join(line.rstrip() for line in lines)


def _standing(rows: Sequence[Standing]) -> str:
    """Return what is not at zero; every clearing account is, on a day without breaks."""
    if not rows:
        return "Clearing accounts: every batch at zero"
    lines = ["Clearing accounts: not at zero, explained by the breaks above"]
    lines += [f"  {row.account:<30} {row.batch:<44} {row.net.vnd:>19,}" for row in rows]
    return "\n".join(lines)


def _balances(rows: Sequence[BalanceRow]) -> str:
    debit, credit = total(row.debit for row in rows), total(row.credit for row in rows)
    lines = [f"Trial balance\n  {'account':<34} {'debit':>19} {'credit':>19} {'balance':>19}"]
    lines += [_balance(row.account, row.debit, row.credit) for row in rows]
    lines.append(_balance("sum", debit, credit))
    return "\n".join(lines)


def _balance(name: str, debit: Money, credit: Money) -> str:
    net = debit - credit
    return f"  {name:<34} {debit.vnd:>19,} {credit.vnd:>19,} {net.vnd:>19,}"


def _row(cells: Sequence[str]) -> str:
    first, second, third, fourth, last = cells
    return f"  {first:<24.24} {second:<22.22} {third:>20.20} {fourth:>7} {last:>18}"


def _cell(cell: Cell) -> str:
    match cell:
        case Money():
            return f"{cell.vnd:,}"
        case int():
            return f"{cell:,}"
        case date():
            return cell.isoformat()
        case str():
            return cell
