"""What a superuser may do to the book behind its back."""

from sqlalchemy import text

from ledger.postgres.transaction import OpenTx


def raise_amounts(owner_open_tx: OpenTx) -> None:
    """Add one dong to every transfer, whatever is closed or summed up already."""
    with owner_open_tx() as tx:
        tx.execute(text("ALTER TABLE ledger.transfer DISABLE TRIGGER ALL"))
        tx.execute(text("UPDATE ledger.transfer SET amount_vnd = amount_vnd + 1"))
        tx.execute(text("ALTER TABLE ledger.transfer ENABLE TRIGGER ALL"))
