"""What is due today for obligations somebody wants to pay."""

from collections.abc import Sequence
from datetime import date

from ledger.postgres.transaction import Tx
from payments.errors import NotFound, NotPayable
from payments.obligation import ObligationStatus
from payments.obligations.rates import Rates
from payments.postgres.obligation_rows import obligations_by_id
from payments.quote import Quote
from payments.quoting import quote


def price_obligations(
    tx: Tx, obligation_ids: Sequence[int], *, on: date, rates: Rates
) -> list[Quote]:
    """Return one quote each, in order, for a date in Vietnam.

    Raises:
        NotFound: an id names nothing.
        NotPayable: an obligation is paid or withdrawn, or nothing is due on it.
        RateMissing: a rate one of the prices needs is not known.
    """
    kept = obligations_by_id(tx, set(obligation_ids))
    quotes: list[Quote] = []
    for obligation_id in obligation_ids:
        obligation = kept.get(obligation_id)
        if obligation is None:
            raise NotFound("no such obligation")
        if obligation.status is not ObligationStatus.OPEN:
            raise NotPayable(f"this obligation is {obligation.status}")
        quotes.append(quote(obligation, on=on, rates=rates))
    return quotes
