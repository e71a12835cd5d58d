"""How money that went back leaves the book, under the batch it came in with."""

from datetime import date

from ledger.accounts import AccountKind
from ledger.entry import Entry
from ledger.movements.claimed import claimed
from ledger.movements.identified import identified
from ledger.movements.made_good import made_good
from ledger.movements.refund_granted import refund_granted
from ledger.movements.refunded import refunded
from payments.refund import Holder, Refund, RefundCause, RefundRoute, Settlement
from payments.taken_sum import TakenSum


def refund_entries(
    refund: Refund, taken: TakenSum, *, holder: Holder, business_date: date, source: str
) -> list[Entry]:
    """Return what a refund that is done does to the book, in order.

    `holder` is who gave a transfer back; it says nothing of the other routes. What the treasury
    paid the payer itself moved no money of ours.
    """
    if refund.settlement is Settlement.SEPARATELY:
        return []
    day = business_date
    granted = _granted(refund, taken, day=day, source=source)
    if refund.route is RefundRoute.TRANSFER:
        return [*granted, *_transferred(refund, taken, holder=holder, day=day, source=source)]
    paid_back = refunded(
        key=f"refunded:{refund.number}",
        gateway=refund.gateway,
        business_date=day,
        source=source,
        batch=taken.batch,
        amount=refund.amount,
    )
    return [*granted, paid_back]


def _granted(refund: Refund, taken: TakenSum, *, day: date, source: str) -> list[Entry]:
    """Return how the money comes to be owed to the payer; what was paid twice is so at once."""
    if refund.cause is RefundCause.DUPLICATE:
        return []
    if refund.cause is RefundCause.AMOUNT_DIFFERS:
        return [
            identified(
                key=f"identified:{refund.number}",
                gateway=refund.gateway,
                business_date=day,
                source=source,
                beneficiary=None,
                differs=True,
                batch=taken.batch,
                amount=refund.amount,
            )
        ]
    return [
        refund_granted(
            key=f"refund_granted:{refund.number}",
            gateway=refund.gateway,
            business_date=day,
            source=source,
            beneficiary=taken.beneficiary,
            batch=taken.batch,
            amount=refund.amount,
        )
    ]


def _transferred(
    refund: Refund, taken: TakenSum, *, holder: Holder, day: date, source: str
) -> list[Entry]:
    """Return that whoever holds the money owed it, and paid the payer."""
    is_gateway = holder is Holder.GATEWAY
    party = refund.gateway if is_gateway else taken.beneficiary
    claim = claimed(
        key=f"claimed:{refund.number}",
        gateway=refund.gateway,
        business_date=day,
        source=source,
        party=party,
        out_of=AccountKind.RECEIVABLE if is_gateway else AccountKind.IN_TRANSIT,
        batch=taken.batch,
        amount=refund.amount,
    )
    paid_back = made_good(
        key=f"made_good:{refund.number}",
        gateway=refund.gateway,
        business_date=day,
        source=source,
        party=party,
        beneficiary=None,
        batch=taken.batch,
        amount=refund.amount,
    )
    return [claim, paid_back]
