"""The simulated State Treasury: an account per beneficiary, and what is credited to each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gateways.simulators.store import Row, Store, Tx
from gateways.simulators.treasury_statement import Credit, Statement, mt940
from gateways.simulators.vnpay_settlement import Payout


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One file of statements as it is written."""

    name: str
    content: str
    statements: tuple[Statement, ...]


def open_accounts(store: Store, accounts: Iterable[str]) -> None:
    """Open accounts with nothing in them; those that exist stay as they are.

    Each is a beneficiary's code, or `CODE=NUMBER` where statements shall bear another number.
    """
    with store.change() as tx:
        for account in accounts:
            code, _, number = account.partition("=")
            _open_account(tx, code, number=number or code)


def expect(store: Store, gateway: str, payouts: Sequence[Payout]) -> None:
    """Take note of payouts on their way; each is credited once, one that comes to nothing never."""
    with store.change() as tx:
        for payout in payouts:
            _open_account(tx, payout.beneficiary, number=payout.beneficiary)
            if payout.amount_vnd == 0:
                continue
            tx.execute(
                """INSERT INTO treasury_credit (payout, account, amount_vnd, business_date, text)
                   VALUES (?, ?, ?, ?, ?) ON CONFLICT (payout) DO NOTHING""",
                (
                    payout.payout,
                    payout.beneficiary,
                    payout.amount_vnd,
                    payout.business_date.isoformat(),
                    _text(gateway, payout),
                ),
            )


def lose(store: Store, payouts: Iterable[str]) -> None:
    """Never show these payouts on any statement."""
    with store.change() as tx:
        for payout in payouts:
            tx.execute("UPDATE treasury_credit SET is_lost = 1 WHERE payout = ?", (payout,))


def state(store: Store, business_date: date, *, leave_out: frozenset[str]) -> StatementFile | None:
    """Return the day's file: one statement per account, with every credit due that none shows yet.

    Asked again it is the same file; with further credits it is a second file that continues the
    chain of balances. Payouts in `leave_out` wait for a later day. None when there is no account.
    """
    day = business_date.isoformat()
    with store.change() as tx:
        due = [
            row
            for row in tx.execute(
                """SELECT * FROM treasury_credit
                   WHERE booked_on IS NULL AND is_lost = 0 AND business_date <= ?
                   ORDER BY credit_id""",
                (day,),
            )
            if row["payout"] not in leave_out
        ]
        files = tx.execute(
            "SELECT name, content FROM treasury_file WHERE business_date = ? ORDER BY file_id",
            (day,),
        ).fetchall()
        if files and not due:
            return StatementFile(str(files[-1]["name"]), str(files[-1]["content"]), ())
        accounts = tx.execute("SELECT * FROM treasury_account ORDER BY account").fetchall()
        if not accounts:
            return None
        statements = _statements(accounts, due, business_date, is_first=not files)
        for statement in statements:
            _book(tx, statement)
        suffix = f"-{len(files) + 1}" if files else ""
        name = f"treasury-{business_date:%Y%m%d}{suffix}.sta"
        content = mt940(statements)
        tx.execute(
            "INSERT INTO treasury_file (business_date, name, content) VALUES (?, ?, ?)",
            (day, name, content),
        )
    return StatementFile(name, content, tuple(statements))


def _statements(
    accounts: list[Row], due: list[Row], business_date: date, *, is_first: bool
) -> list[Statement]:
    """Return each account's statement; after the day's first file only where something came in."""
    serial = sum(int(account["statements"]) for account in accounts)
    statements: list[Statement] = []
    for account in accounts:
        came_in = tuple(_credit(row) for row in due if row["account"] == account["account"])
        if not is_first and not came_in:
            continue
        stated_on = date.fromisoformat(account["stated_on"]) if account["stated_on"] else None
        statements.append(
            Statement(
                serial=serial + len(statements) + 1,
                account=str(account["account"]),
                account_number=str(account["number"]),
                number=int(account["statements"]) + 1,
                opened_on=stated_on or business_date,
                opening_vnd=int(account["balance_vnd"]),
                business_date=business_date,
                credits=came_in,
            )
        )
    return statements


def _credit(row: Row) -> Credit:
    return Credit(
        credit_id=int(row["credit_id"]),
        payout=str(row["payout"]),
        amount_vnd=int(row["amount_vnd"]),
        text=str(row["text"]),
    )


def _text(gateway: str, payout: Payout) -> str:
    return (
        f"{gateway} PAYOUT {payout.payout} COUNT {payout.count} DAY {payout.business_date:%Y%m%d}"
    )


def _open_account(tx: Tx, account: str, *, number: str) -> None:
    tx.execute(
        """INSERT INTO treasury_account (account, number, balance_vnd, statements)
           VALUES (?, ?, 0, 0) ON CONFLICT (account) DO NOTHING""",
        (account, number),
    )


def _book(tx: Tx, statement: Statement) -> None:
    tx.execute(
        """UPDATE treasury_account SET balance_vnd = ?, statements = ?, stated_on = ?
           WHERE account = ?""",
        (
            statement.closing_vnd,
            statement.number,
            statement.business_date.isoformat(),
            statement.account,
        ),
    )
    for credit in statement.credits:
        tx.execute(
            "UPDATE treasury_credit SET booked_on = ? WHERE credit_id = ?",
            (statement.business_date.isoformat(), credit.credit_id),
        )
