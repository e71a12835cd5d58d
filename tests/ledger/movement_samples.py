"""Every movement in each of its forms, for tests of what must hold for all of them."""

from datetime import date
from typing import TypedDict

from ledger.accounts import AccountKind
from ledger.entry import SUSPENSE, Entry, batch_of
from ledger.money import ZERO, Money
from ledger.movements.captured import captured
from ledger.movements.captured_twice import captured_twice
from ledger.movements.charged_back import charged_back
from ledger.movements.claimed import claimed
from ledger.movements.credited import credited
from ledger.movements.credited_late import credited_late
from ledger.movements.delayed import delayed
from ledger.movements.differed import differed
from ledger.movements.dropped import dropped
from ledger.movements.fee_accepted import fee_accepted
from ledger.movements.fee_borne import fee_borne
from ledger.movements.fee_disputed import fee_disputed
from ledger.movements.given_back import given_back
from ledger.movements.identified import identified
from ledger.movements.made_good import made_good
from ledger.movements.parked import parked
from ledger.movements.refund_granted import refund_granted
from ledger.movements.refunded import refunded
from ledger.movements.settled import settled
from ledger.movements.withheld import withheld
from ledger.movements.written_off import written_off

CLAIMABLE = [
    AccountKind.RECEIVABLE,
    AccountKind.IN_TRANSIT,
    AccountKind.OVERDUE,
    AccountKind.FEE_DISPUTE,
    AccountKind.SUSPENSE_DIFFERENCE,
]
REPORTED = [AccountKind.RECEIVABLE, AccountKind.IN_TRANSIT]
BOTH = (True, False)


class Said(TypedDict):
    """What every movement is told."""

    key: str
    gateway: str
    business_date: date
    source: str


class Moved(Said):
    """What every movement is told that takes money from one batch."""

    batch: str
    amount: Money


def every_form(
    *, key: str, gateway: str, business_date: date, beneficiary: str, amount: Money
) -> list[Entry]:
    """Return the same sum under the same key, moved in every way but `reversed`."""
    said = Said(key=key, gateway=gateway, business_date=business_date, source="test")
    own, waiting = (
        batch_of(gateway=gateway, business_date=business_date, beneficiary=place)
        for place in (beneficiary, SUSPENSE)
    )
    moved = Moved(**said, batch=own, amount=amount)
    found_later = Moved(**said, batch=waiting, amount=amount)
    owners = (beneficiary, None)
    return [
        captured(**said, lines=[(beneficiary, amount)]),
        captured(**said, lines=[(beneficiary, amount), ("others", amount)]),
        captured_twice(**said, amount=amount),
        *(parked(**said, amount=amount, differs=differs) for differs in BOTH),
        *(
            settled(**said, beneficiary=beneficiary, batch=own, gross=amount, fee=fee)
            for fee in (ZERO, Money(1), amount)
        ),
        *(credited(**one, beneficiary=beneficiary) for one in (moved, found_later)),
        delayed(**moved),
        credited_late(**moved, beneficiary=beneficiary),
        *(
            differed(**said, stands_in=place, batch=own, difference=difference)
            for place in REPORTED
            for difference in (amount, -amount)
        ),
        *(
            identified(**found_later, beneficiary=owner, differs=differs)
            for owner in owners
            for differs in BOTH
        ),
        refund_granted(**moved, beneficiary=beneficiary),
        refunded(**moved),
        withheld(**moved),
        given_back(**moved, beneficiary=beneficiary),
        *(fee_disputed(**moved, out_of=place) for place in REPORTED),
        fee_accepted(**moved),
        fee_borne(**moved, beneficiary=beneficiary),
        *(claimed(**moved, party="debtor", out_of=place) for place in CLAIMABLE),
        charged_back(**moved, party="debtor"),
        *(made_good(**moved, party="debtor", beneficiary=owner) for owner in owners),
        *(dropped(**moved, party="debtor", beneficiary=owner) for owner in owners),
        *(
            written_off(**moved, party=party, is_gain=is_gain)
            for party in ("debtor", None)
            for is_gain in BOTH
        ),
    ]


def shown(entry: Entry) -> list[tuple[str, str, int, str]]:
    """Return the transfers as a person would write them down: debit, credit, dong, batch."""
    return [(leg.debit.code, leg.credit.code, leg.amount.vnd, leg.batch) for leg in entry.transfers]
