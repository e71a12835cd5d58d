"""Hold the three sides of a day against each other: post what agrees, name what does not."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Final

from gateways.contract import RefundOutcome
from ledger.entry import Entry
from ledger.money import ZERO, Money, total
from ledger.postgres.days import first_open_from
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.apply_notices import apply_notices
from payments.evidence import Received
from payments.obligations.rates import Rates
from payments.refund import RefundWord
from payments.settle_payments import settle_payments
from payments.settle_refund import settle_refund
from reconciliation import breaks, matching
from reconciliation.breaks import UNTIL_ARRIVAL, BreakKind, NewBreak
from reconciliation.business_day import BusinessCalendar
from reconciliation.file import ItemKind, SourceKind
from reconciliation.match_refunds import Finish, match_refunds
from reconciliation.matching import CAPTURED, Differing, OpenLine, PassedOn, Payout, Rule
from reconciliation.name_missing import name_missing
from reconciliation.postgres import (
    arrival_rows,
    break_rows,
    file_rows,
    left_over_rows,
    match_rows,
)
from reconciliation.postgres.file_rows import FileToMatch
from reconciliation.report_line import received_of
from reconciliation.slices import slices
from reconciliation.take_lines import take_lines

SLICE_MAX: Final = 5_000
"""Lines left over that are looked at together."""
ENTRIES_MAX: Final = 1_000
"""Entries posted, and payments settled, in one call."""
IN_TRANSIT_DAYS_MAX: Final = 1
"""Working days a payout may take before it is missing."""


@dataclass(frozen=True, slots=True)
class DayMatch:
    """What one run did; nothing at all when everything was matched before.

    `matched` counts lines of reports that met a capture, `completed` those our side first heard of
    from the report, `unidentified` those nobody knows, `repeated` those an earlier file said.
    """

    business_date: date
    files: int
    matched: int
    completed: int
    unidentified: int
    repeated: int
    passed_on: Money
    arrived: Money
    settled_payments: int
    breaks_opened: int
    breaks_closed: int


@dataclass(slots=True)
class _Run:
    """One run: what it was asked, and what it did so far."""

    business_date: date
    calendar: BusinessCalendar
    apply: Callable[[Tx, Sequence[Received]], object]
    finish_refund: Finish
    now: datetime
    done: Counter[str] = field(default_factory=Counter[str])


def match_day(
    tx: Tx, day: date, *, calendar: BusinessCalendar, signer: Signer, rates: Rates, now: datetime
) -> DayMatch:
    """Match every accepted file of days through this one, and return what was done.

    Repeating it changes nothing; so does asking for a day that is closed.

    Raises:
        DayClosed, LineNotTaken: it was closed meanwhile; a line of a report cannot be taken in.
    """
    apply = partial(apply_notices, calendar=calendar, signer=signer, rates=rates, now=now)
    word = RefundWord(RefundOutcome.DONE, "report", business_date=day)
    finish = partial(settle_refund, word=word, calendar=calendar, signer=signer, now=now)
    run = _Run(business_date=day, calendar=calendar, apply=apply, finish_refund=finish, now=now)
    if first_open_from(tx, day) == day:
        match_rows.lock_matching(tx)
        files = file_rows.files_to_match(tx, kind=SourceKind.GATEWAY_REPORT, until=day)
        for file in files:
            _match_report(tx, run, file)
        run.done["files"] += len(files)
        run.done["opened"] += name_missing(tx, business_date=day, now=now)
        _match_statements(tx, run)
        run.done["closed"] += break_rows.close_resolved(tx, business_date=day, now=now)
    return DayMatch(
        business_date=day,
        files=run.done["files"],
        matched=run.done["matched"],
        completed=run.done["completed"],
        unidentified=run.done["unidentified"],
        repeated=run.done["repeated"],
        passed_on=Money(run.done["passed_on_vnd"]),
        arrived=Money(run.done["arrived_vnd"]),
        settled_payments=run.done["settled"],
        breaks_opened=run.done["opened"],
        breaks_closed=run.done["closed"],
    )


def _match_report(tx: Tx, run: _Run, file: FileToMatch) -> None:
    """Match all lines of a report, and post that the gateway passed them on."""
    groups = match_rows.match_day_by_transaction(tx, file, business_date=run.business_date)
    _pass_on(tx, run, groups)
    run.done["matched"] += sum(group.leg_count for group in groups)
    after = 0
    while sum(group.leg_count for group in groups) < file.item_count:
        lines = left_over_rows.left_over(tx, file, after=after, limit=SLICE_MAX)
        if not lines:
            break
        after = lines[-1].item_id
        _match_left_over(tx, run, file, lines)
    _name_lines(
        tx,
        run,
        left_over_rows.withdrawn(tx, file),
        kind=BreakKind.CONFLICTING_LINE,
        gateway=file.party,
        text="a later version of the report leaves this line out",
    )
    file_rows.mark_matched(tx, [file.file_id], on=run.business_date)


def _match_left_over(tx: Tx, run: _Run, file: FileToMatch, lines: Sequence[OpenLine]) -> None:
    """Try the later rules, in order; what no rule takes is money without an owner."""
    repeated = left_over_rows.mark_repeats(tx, file, [line.item_id for line in lines])
    run.done["repeated"] += len(repeated)
    lines = [line for line in lines if line.item_id not in repeated]
    refunds = [line for line in lines if line.kind is ItemKind.REFUND]
    known = match_refunds(
        tx, file, refunds, business_date=run.business_date, finish=run.finish_refund
    )
    _pass_on(tx, run, list(known.groups.values()))
    _open(tx, run, known.early)
    _name_lines(
        tx,
        run,
        [line for line in refunds if line.item_id not in known.groups],
        kind=BreakKind.REFUND_MISMATCH,
        gateway=file.party,
        text="a refund we did not order",
    )
    lines = [line for line in lines if line.kind is not ItemKind.REFUND]
    lines = _by_transaction(tx, run, file, lines, rule=Rule.TRANSACTION)
    conflicting = left_over_rows.taken_already(tx, file, [line.item_id for line in lines])
    _name_lines(
        tx,
        run,
        [line for line in lines if line.item_id in conflicting],
        kind=BreakKind.CONFLICTING_LINE,
        gateway=file.party,
        text="another line said this transaction before, and otherwise",
    )
    lines = [line for line in lines if line.item_id not in conflicting]
    lines = _by_reference(tx, run, file, lines)
    lines = _differing(tx, run, file, lines)
    _complete(tx, run, file, lines)
    lines = _by_transaction(tx, run, file, lines, rule=Rule.COMPLETED)
    for line in _differing(tx, run, file, lines):
        _park_unknown(tx, run, file, line)


def _by_transaction(
    tx: Tx, run: _Run, file: FileToMatch, lines: Sequence[OpenLine], *, rule: Rule
) -> list[OpenLine]:
    """Match lines with captures of any day; return those that stay open."""
    groups = match_rows.match_lines_by_transaction(
        tx, file, [line.item_id for line in lines], rule=rule, business_date=run.business_date
    )
    _pass_on(tx, run, groups)
    is_completed = rule is Rule.COMPLETED
    run.done["completed" if is_completed else "matched"] += sum(one.leg_count for one in groups)
    return left_over_rows.still_open(tx, lines)


def _by_reference(
    tx: Tx, run: _Run, file: FileToMatch, lines: Sequence[OpenLine]
) -> list[OpenLine]:
    """Match lines by our reference and the amount where one capture fits; never guess."""
    only, ambiguous = left_over_rows.candidates_by_reference(
        tx, file, [line.item_id for line in lines]
    )
    groups = match_rows.match_pairs(
        tx,
        file,
        {item_id: taken.capture_id for item_id, taken in only.items()},
        rule=Rule.REFERENCE,
        business_date=run.business_date,
    )
    _pass_on(tx, run, groups)
    run.done["matched"] += sum(group.leg_count for group in groups)
    _name_lines(
        tx,
        run,
        [line for line in lines if line.item_id in ambiguous],
        kind=BreakKind.AMBIGUOUS,
        gateway=file.party,
        text="several captures fit equally well",
    )
    return [line for line in lines if line.item_id not in {*only, *ambiguous}]


def _differing(tx: Tx, run: _Run, file: FileToMatch, lines: Sequence[OpenLine]) -> list[OpenLine]:
    """Match lines that differ from their capture by the amount alone, and name the difference."""
    found = left_over_rows.differing(tx, file, lines)
    for one in found:
        _match_differing(tx, run, file, one)
    taken = {one.line.item_id for one in found}
    return [line for line in lines if line.item_id not in taken]


def _match_differing(tx: Tx, run: _Run, file: FileToMatch, one: Differing) -> None:
    excess = matching.excess_of(one)
    group = match_rows.add_group(
        tx,
        matching.group_of(one, gateway=file.party, file_id=file.file_id),
        business_date=run.business_date,
        item_id=one.line.item_id,
        capture_id=one.taken.capture_id,
    )
    _pass_on(tx, run, [group])
    surplus = None
    if excess.is_positive:
        surplus = _park(tx, run, file, one.line, rule=Rule.EXCESS, gross=excess, fee=ZERO)
    _open(tx, run, [breaks.amount_mismatch(one, group, excess=surplus)])
    run.done["matched"] += 1


def _complete(tx: Tx, run: _Run, file: FileToMatch, lines: Sequence[OpenLine]) -> None:
    """Tell payments what a gateway reports and no callback ever said."""
    received = [
        received_of(line, gateway=file.party, source=file.source, sha256=file.sha256, now=run.now)
        for line in lines
    ]
    take_lines(tx, received, run.apply)


def _park_unknown(tx: Tx, run: _Run, file: FileToMatch, line: OpenLine) -> None:
    group = _park(tx, run, file, line, rule=Rule.UNIDENTIFIED, gross=line.amount, fee=line.fee)
    _open(tx, run, [breaks.missing_in_ledger(line, group)])
    run.done["unidentified"] += 1


def _park(
    tx: Tx, run: _Run, file: FileToMatch, line: OpenLine, *, rule: Rule, gross: Money, fee: Money
) -> PassedOn:
    """Book money of a line that no capture accounts for, and that it was passed on."""
    entry = matching.parked_entry(
        line,
        gateway=file.party,
        file_id=file.file_id,
        business_date=run.business_date,
        amount=gross,
        rule=rule,
    )
    _post(tx, [entry])
    group = match_rows.add_group(
        tx,
        matching.suspense_group_of(
            line,
            gateway=file.party,
            file_id=file.file_id,
            rule=rule,
            batch_date=run.business_date,
            gross=gross,
            fee=fee,
        ),
        business_date=run.business_date,
        item_id=line.item_id if rule is Rule.UNIDENTIFIED else None,
        capture_id=None,
    )
    _pass_on(tx, run, [group])
    return group


def _pass_on(tx: Tx, run: _Run, groups: Sequence[PassedOn]) -> None:
    """Post that what these groups hold left the gateway, and name what is odd about them."""
    entries = (matching.settled_entry(group, business_date=run.business_date) for group in groups)
    _post(tx, entries)
    run.done["passed_on_vnd"] += total(group.net for group in groups).vnd
    _open(tx, run, [breaks.fee_mismatch(one) for one in groups if one.fee.is_positive])
    _open(
        tx,
        run,
        [
            breaks.wrong_beneficiary(one)
            for one in groups
            if one.movement == CAPTURED and not one.is_owed
        ],
    )
    surplus = {one.group_id: one for one in groups if one.is_surplus}
    _open(
        tx,
        run,
        [
            breaks.surplus(taken, surplus[group_id], item_id=item_id, net=net)
            for group_id, item_id, net, taken in match_rows.legs_of(tx, list(surplus))
        ],
    )


def _match_statements(tx: Tx, run: _Run) -> None:
    """Match payouts with the credits that bear their names, and name every other line."""
    arrived: list[PassedOn] = []
    for payout in arrival_rows.waiting_payouts(tx, until=run.business_date):
        groups = arrival_rows.groups_of(tx, payout)
        if payout.has_arrived:
            _arrive(tx, run, payout, groups)
            arrived += groups
        elif payout.is_covered:
            _name_not_arrived(tx, run, payout, groups)
    after = 0
    while strays := arrival_rows.stray_lines(
        tx, until=run.business_date, after=after, limit=SLICE_MAX
    ):
        after = strays[-1].item_id
        _open(tx, run, [breaks.about_stray(stray) for stray in strays])
    files = file_rows.files_to_match(
        tx, kind=SourceKind.BENEFICIARY_STATEMENT, until=run.business_date
    )
    file_rows.mark_matched(tx, [file.file_id for file in files], on=run.business_date)
    run.done["files"] += len(files)
    _settle(tx, run, arrived)


def _arrive(tx: Tx, run: _Run, payout: Payout, groups: Sequence[PassedOn]) -> None:
    """Post that the beneficiary has the money."""
    arrived = arrival_rows.add_arrival(tx, payout, business_date=run.business_date)
    entries = matching.credited_entries(
        arrived, groups, file_id=payout.file_id, business_date=run.business_date
    )
    _post(tx, entries)
    run.done["arrived_vnd"] += payout.credited.vnd
    _close(tx, run, payout, UNTIL_ARRIVAL, "arrived")


def _settle(tx: Tx, run: _Run, arrived: Sequence[PassedOn]) -> None:
    """Settle the payments that arrived whole; last, since it locks what callbacks may ask for."""
    whole = [one.group_id for one in arrived if one.is_owed and one.rule is not Rule.AMOUNT_DIFFERS]
    for part in slices(arrival_rows.payments_in(tx, whole), ENTRIES_MAX):
        run.done["settled"] += settle_payments(tx, part, now=run.now)


def _name_not_arrived(tx: Tx, run: _Run, payout: Payout, groups: Sequence[PassedOn]) -> None:
    age = run.calendar.working_days_between(start=payout.passed_on_on, end=run.business_date)
    late = BreakKind.MISSING_AT_BANK if age > IN_TRANSIT_DAYS_MAX else BreakKind.IN_TRANSIT
    kind = BreakKind.BATCH_TOTAL_MISMATCH if payout.credit_ids else late
    others = [other for other in UNTIL_ARRIVAL if other is not kind]
    _close(tx, run, payout, others, f"now {kind}")
    _open(tx, run, [breaks.not_arrived(payout, groups, kind=kind)])


def _name_lines(
    tx: Tx, run: _Run, lines: Iterable[OpenLine], *, kind: BreakKind, gateway: str, text: str
) -> None:
    found = [breaks.about_line(line, kind=kind, gateway=gateway, text=text) for line in lines]
    _open(tx, run, found)


def _open(tx: Tx, run: _Run, found: Sequence[NewBreak]) -> None:
    run.done["opened"] += break_rows.open_breaks(
        tx, found, business_date=run.business_date, now=run.now
    )


def _close(tx: Tx, run: _Run, payout: Payout, kinds: Sequence[BreakKind], reason: str) -> None:
    run.done["closed"] += break_rows.close_breaks(
        tx,
        [breaks.subject_of_payout(payout)],
        kinds=kinds,
        business_date=run.business_date,
        now=run.now,
        reason=reason,
    )


def _post(tx: Tx, entries: Iterable[Entry]) -> None:
    for part in slices(list(entries), ENTRIES_MAX):
        post_entries(tx, part)
