"""Tell an authority how one obligation of its own stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, NotFound, NotPayable, PriceRefused, RateMissing
from payments.obligation import Obligation, ObligationStatus, normalised_number
from payments.obligations.rates import Rates
from payments.postgres.authority_rows import authorities_of
from payments.postgres.obligation_rows import obligations_by_id
from payments.postgres.report_rows import ChangeOf, PaymentOf, changes_of, ids_of, payments_of
from payments.quote import Quote
from payments.quoting import quote


@dataclass(frozen=True, slots=True)
class Report:
    """One obligation as its authority may see it.

    `quote` is None when nothing is due that day, `unpriced` says why there is no price, '' if none
    is missing. `successor` is the number of the decision in its place, None without one.
    """

    obligation: Obligation
    quote: Quote | None
    unpriced: str
    successor: str | None
    payments: Sequence[PaymentOf]
    changes: Sequence[ChangeOf]


def report_obligation(
    tx: Tx,
    partner: str,
    *,
    authority: str | None,
    kind: str,
    number: str,
    on: date,
    rates: Rates,
) -> Report:
    """Return how the obligation stands that an authority of this partner pushed under a number.

    Raises:
        NotFound: there is none, or it is not this partner's to see.
        InputRefused: several authorities of this partner use the number; name one.
    """
    mine = authorities_of(tx, partner).keys()
    wanted = mine if authority is None else mine & {authority}
    found = ids_of(tx, wanted, kind=kind, number=normalised_number(number))
    if not found:
        raise NotFound(number)
    if len(found) > 1:
        raise InputRefused(field="authority", reason="is needed: several of yours use this number")
    kept = obligations_by_id(tx, found)[found[0]]
    due, unpriced = _due(kept, on=on, rates=rates)
    return Report(
        obligation=kept,
        quote=due,
        unpriced=unpriced,
        successor=_successor(tx, kept),
        payments=payments_of(tx, kept.obligation_id),
        changes=changes_of(tx, kept.obligation_id),
    )


def _due(kept: Obligation, *, on: date, rates: Rates) -> tuple[Quote | None, str]:
    if kept.status is not ObligationStatus.OPEN:
        return None, ""
    try:
        return quote(kept, on=on, rates=rates), ""
    except NotPayable:
        return None, ""
    except (PriceRefused, RateMissing) as refusal:
        return None, refusal.reason


def _successor(tx: Tx, kept: Obligation) -> str | None:
    if kept.successor_id is None:
        return None
    return obligations_by_id(tx, {kept.successor_id})[kept.successor_id].number_shown
