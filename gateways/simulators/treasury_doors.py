"""The doors of the simulated treasury: statements on demand, and what stands on the accounts."""

from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from gateways.simulators import treasury
from gateways.simulators.store import Store, drop_file


class StateDay(BaseModel):
    """Which day's statements to write, and what is wrong with them.

    `leave_out` shows payouts on a later day, `lose` on none; "first" names the first one due.
    """

    model_config = ConfigDict(extra="forbid")

    business_date: date
    leave_out: frozenset[str] = frozenset()
    lose: frozenset[str] = frozenset()
    cut: Annotated[int, Field(ge=0)] = 0
    is_out_of_balance: bool = False


def routes(store: Store, drop: Path) -> APIRouter:
    """Return the simulated treasury's addresses."""
    router = APIRouter()

    @router.post("/simulator/treasury/statement")
    def statement(wanted: StateDay) -> dict[str, object]:
        treasury.lose(store, _named(store, wanted.lose))
        leave_out = frozenset(_named(store, wanted.leave_out))
        file = treasury.state(store, wanted.business_date, leave_out=leave_out)
        if file is None:
            return {"file": None, "statements": []}
        content = file.content
        if wanted.is_out_of_balance:
            head, mark, tail = content.rpartition(":62F:")
            content = head + mark + tail.replace(",", "1,", 1)
        written = content.encode("ascii")
        path = drop_file(
            drop / "treasury", name=file.name, content=written[: len(written) - wanted.cut]
        )
        return {
            "file": str(path),
            "statements": [
                {
                    "account": made.account,
                    "number": made.number,
                    "opening_vnd": made.opening_vnd,
                    "closing_vnd": made.closing_vnd,
                    "payouts": [credit.payout for credit in made.credits],
                }
                for made in file.statements
            ],
        }

    @router.get("/simulator/treasury/accounts")
    def accounts() -> dict[str, object]:
        rows = store.rows("SELECT * FROM treasury_account ORDER BY account LIMIT 1000")
        due = store.rows(
            "SELECT * FROM treasury_credit WHERE booked_on IS NULL ORDER BY credit_id LIMIT 1000"
        )
        return {"accounts": [dict(row) for row in rows], "not_booked": [dict(row) for row in due]}

    return router


def _named(store: Store, names: frozenset[str]) -> list[str]:
    if "first" not in names:
        return sorted(names)
    due = store.rows(
        """SELECT payout FROM treasury_credit WHERE booked_on IS NULL AND is_lost = 0
           ORDER BY credit_id LIMIT 1"""
    )
    return sorted((names - {"first"}) | {str(row["payout"]) for row in due})
