"""Entries for tests: one by hand, and any that the book takes."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.audit_record import ACTION_SHAPE, NAME_SHAPE, AuditRecord, reason_of
from ledger.entry import Entry, Transfer
from ledger.money import Money
from ledger.movements.captured import captured

DAY = date(2026, 11, 20)
NEXT_DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def capture(
    number: int,
    *,
    day: date = DAY,
    amount: int = 750_000,
    gateway: str = "vnpay",
    beneficiary: str = "kbnn-0011",
) -> Entry:
    """Return the capture of one obligation line."""
    return captured(
        key=f"captured:{gateway}:{number}",
        gateway=gateway,
        business_date=day,
        source=f"evidence:{number}",
        lines=[(beneficiary, Money(amount))],
    )


amounts = st.integers(min_value=1, max_value=10**12).map(Money)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31))
parties = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", fullmatch=True)
keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9:._/-]{2,40}", fullmatch=True)
batches = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,119}", fullmatch=True)
sources = st.from_regex(r"[ -~]{1,200}", fullmatch=True)
accounts = st.one_of(
    st.sampled_from([Account(AccountKind.LOSS, ""), Account(AccountKind.GAIN, "")]),
    st.builds(
        Account,
        st.sampled_from(sorted(set(AccountKind) - {AccountKind.LOSS, AccountKind.GAIN})),
        parties,
    ),
)
transfers = (
    st.tuples(accounts, accounts, amounts, batches)
    .filter(lambda parts: parts[0] != parts[1])
    .map(lambda parts: Transfer(*parts))
)
entries = st.builds(
    Entry,
    movement=st.from_regex(r"[a-z_]{1,40}", fullmatch=True),
    key=keys,
    business_date=days,
    source=sources,
    transfers=st.lists(transfers, min_size=1, max_size=4).map(tuple),
    corrects=st.none(),
)
audit_records = st.builds(
    AuditRecord,
    actor=st.from_regex(NAME_SHAPE, fullmatch=True),
    action=st.from_regex(ACTION_SHAPE, fullmatch=True),
    subject=st.from_regex(NAME_SHAPE, fullmatch=True),
    reason=st.text(min_size=1, max_size=60).map(reason_of).filter(bool),
)
