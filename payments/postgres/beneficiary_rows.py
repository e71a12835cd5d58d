"""Beneficiary accounts in and out of the database."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.postgres.tables import beneficiary as t


def insert_beneficiaries(tx: Tx, beneficiaries: Sequence[Beneficiary]) -> set[str]:
    """Keep the accounts whose code and number are new, and return their codes."""
    if not beneficiaries:
        return set()
    statement = insert(t).on_conflict_do_nothing().returning(t.c.code)
    rows = [
        {
            "code": beneficiary.code,
            "name": beneficiary.name,
            "account_number": beneficiary.account_number,
            "bank_name": beneficiary.bank_name,
            "statement_source": beneficiary.statement_source,
        }
        # One order everywhere, so that two pushes of the same accounts never wait for each other.
        for beneficiary in sorted(beneficiaries, key=lambda each: each.code)
    ]
    return {str(code) for code in tx.execute(statement, rows).scalars()}


def beneficiaries_by_code(tx: Tx, codes: Collection[str]) -> dict[str, Beneficiary]:
    """Return the accounts known under these codes."""
    found = tx.execute(select(t).where(t.c.code.in_(sorted(codes))))
    return {row.code: _beneficiary(row) for row in found}


def statement_sources(tx: Tx) -> list[str]:
    """Return whose statements prove what beneficiaries received, each once."""
    found = tx.scalars(select(t.c.statement_source).distinct().order_by(t.c.statement_source))
    return [str(code) for code in found]


def _beneficiary(row: Row[tuple[str, str, str, str, str]]) -> Beneficiary:
    return Beneficiary(
        code=str(row.code),
        name=str(row.name),
        account_number=str(row.account_number),
        bank_name=str(row.bank_name),
        statement_source=str(row.statement_source),
    )
