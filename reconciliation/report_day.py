"""How a business day stands: what each side says, what was matched, what is open, the book."""

from datetime import date, datetime

from ledger.postgres import days
from ledger.postgres.balances import uncleared
from ledger.postgres.transaction import Tx
from ledger.postgres.trial_balance import trial_balance
from reconciliation.business_day import BusinessCalendar
from reconciliation.day_report import (
    BREAKS_NAMED_MAX,
    BalanceRow,
    DayReport,
    NamedBreak,
    Standing,
    Taken,
)
from reconciliation.postgres import break_rows, day_rows


def report_day(
    tx: Tx, day: date, *, taken: tuple[Taken, ...], calendar: BusinessCalendar, now: datetime
) -> DayReport:
    """Return the day's figures at this instant; only a closed day has a checksum.

    Raises:
        YearMissing: the calendar does not hold a year that a break's age runs through.
    """
    closed = [one for one in days.closed_days(tx, since=day) if one.business_date == day]
    events = break_rows.events_on(tx, day)
    return DayReport(
        business_date=day,
        closed_at=now,
        taken=taken,
        reported=day_rows.reported_for(tx, day),
        arrived=day_rows.arrived_on(tx, day),
        matched=day_rows.matched_on(tx, day),
        files=day_rows.files_of(tx, day),
        breaks_opened={kind.value: n for (event, kind), n in events.items() if event == "opened"},
        breaks_closed={kind.value: n for (event, kind), n in events.items() if event == "closed"},
        breaks_open=tuple(
            NamedBreak(
                number=one.break_id,
                kind=one.kind.value,
                opened_on=one.opened_on,
                age=calendar.working_days_between(start=one.opened_on, end=day),
                gateway=one.gateway,
                beneficiary=one.beneficiary,
                payout=one.payout,
                amount=one.amount,
                text=one.text,
            )
            for one in break_rows.open_on(tx, as_of=day, limit=BREAKS_NAMED_MAX)
        ),
        standing=tuple(
            Standing(account=each.account.code, batch=each.batch, net=each.net)
            for each in uncleared(tx, until=day)
        ),
        trial_balance=tuple(
            BalanceRow(account=account.code, debit=balance.debit, credit=balance.credit)
            for account, balance in trial_balance(tx, as_of=day).rows
        ),
        entries=sum(one.entry_count for one in closed),
        transfers=sum(one.transfer_count for one in closed),
        checksum="".join(one.checksum.hex() for one in closed),
    )
