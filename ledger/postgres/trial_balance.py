"""The whole book on one page: every account by side, and both sides equal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from ledger.accounts import Account, AccountKind
from ledger.money import Money, total
from ledger.postgres.balances import Balance, balances
from ledger.postgres.transaction import Tx

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account that ever moved, in the order of the chart, and the sum of each side."""

    rows: tuple[tuple[Account, Balance], ...]
    debit_total: Money
    credit_total: Money

    @property
    def is_balanced(self) -> bool:
        """Say whether both sides are equal; anything else means that the book was tampered with."""
        return self.debit_total == self.credit_total


def trial_balance(
    tx: Tx,
    *,
    as_of: date | None = None,
    recorded_by: datetime | None = None,
) -> TrialBalance:
    """Return the trial balance as of a business date and a recorded instant, None for now."""
    rows = in_chart_order(balances(tx, as_of=as_of, recorded_by=recorded_by))
    return TrialBalance(
        rows=tuple(rows),
        debit_total=total(balance.debit for _, balance in rows),
        credit_total=total(balance.credit for _, balance in rows),
    )


def in_chart_order(found: Mapping[Account, Told]) -> list[tuple[Account, Told]]:
    """Return what is told of each account, in the order of the chart."""
    chart = list(AccountKind)
    return sorted(found.items(), key=lambda row: (chart.index(row[0].kind), row[0].party))
