"""Take an agency's order: find or keep what is to be paid, once per reference."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.agency_order import (
    AgencyOrder,
    Demanded,
    NewOrder,
    Refusal,
    Refused,
    said_place,
)
from payments.beneficiary import is_number_of
from payments.change_obligations import change_obligations
from payments.obligation import (
    NewObligation,
    Obligation,
    ObligationStatus,
)
from payments.obligation_change import ChangeAct, ChangeOutcome, ObligationChange
from payments.obligations.rates import Rates
from payments.order_fine import order_fine
from payments.personal_data import NONCE_BYTES, PersonalDataKeys, seal
from payments.postgres import agency_order_rows, lock_rows, obligation_rows, payment_rows
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.push_obligations import PushOutcome, push_obligations

DEMAND: Final = "demand"
DEMANDS_PER_FILE_MAX: Final = 20
SUBJECT_DIGITS: Final = 4
REORDERED: Final = "Hồ sơ được đề nghị thanh toán lại với nội dung khác"


def place_order(
    tx: Tx, new: NewOrder, *, keys: PersonalDataKeys, rates: Rates, now: datetime, today: date
) -> AgencyOrder | Refused:
    """Return the order as it is kept: a new one, or the same again.

    The amount of a fine is that of its decision today; of a demand, what the agency says. A file
    whose demand changed has the earlier one withdrawn, unless it is paid or being paid.
    """
    kept = _kept(tx, new)
    if kept is not None:
        return kept
    found = (
        _demanded(tx, new, new.wanted, keys=keys, rates=rates, now=now)
        if isinstance(new.wanted, Demanded)
        else order_fine(tx, new, new.wanted, keys=keys, rates=rates, today=today)
    )
    if isinstance(found, Refused):
        return found
    order = AgencyOrder(
        agency=new.agency,
        reference=new.reference,
        obligation_id=found,
        amount=new.amount,
        description=new.description,
        digest=new.digest,
        ordered_at=now,
    )
    if agency_order_rows.insert_order(tx, order, said=_sealed(new, keys)):
        return order
    return _kept(tx, new) or Refused(Refusal.OTHER_CONTENT)  # Its twin came first.


def _sealed(new: NewOrder, keys: PersonalDataKeys) -> bytes:
    """Return the message to the byte, as evidence: it names the payer, so it is sealed."""
    place = said_place(agency=new.agency, reference=new.reference)
    said = {"said": new.said.decode()}
    return seal(keys, said, place=place, nonce=secrets.token_bytes(NONCE_BYTES))


def _kept(tx: Tx, new: NewOrder) -> AgencyOrder | Refused | None:
    kept = agency_order_rows.order_by_reference(tx, agency=new.agency, reference=new.reference)
    if kept is None or kept.digest == new.digest:
        return kept
    return Refused(Refusal.OTHER_CONTENT)


def _demanded(
    tx: Tx,
    new: NewOrder,
    wanted: Demanded,
    *,
    keys: PersonalDataKeys,
    rates: Rates,
    now: datetime,
) -> int | Refused:
    """Return the file's demand that says the same, or a new one in place of what said otherwise."""
    accounts = beneficiaries_by_code(tx, new.accounts)
    named = [code for code, account in accounts.items() if is_number_of(account, new.account)]
    if len(named) != 1:
        return Refused(Refusal.ACCOUNT_UNKNOWN)
    for number in _numbers(wanted.file_number):
        demand = NewObligation(
            provider=new.agency,
            kind=DEMAND,
            number=number,
            decided_on=None,
            subject=wanted.personal.get("personal_id", "")[-SUBJECT_DIGITS:],
            personal=wanted.personal,
            facts=wanted.facts,
            beneficiary=named[0],
        )
        (verdict,) = push_obligations(tx, [demand], keys=keys, now=now)
        if verdict.obligation_id is None:
            return Refused(Refusal.CONTENT_REFUSED, f"{verdict.field}: {verdict.reason}")
        kept = obligation_rows.obligations_by_id(tx, [verdict.obligation_id])
        found = kept[verdict.obligation_id]
        if verdict.outcome is PushOutcome.CONFLICTS:
            if not _cleared(tx, found, new, keys=keys, rates=rates, now=now):
                return Refused(Refusal.BEING_PAID)
        elif found.status is ObligationStatus.OPEN:
            return found.obligation_id
        elif found.status is ObligationStatus.PAID:
            return Refused(Refusal.PAID_ALREADY)
    return Refused(Refusal.NOT_PAYABLE, f"more than {DEMANDS_PER_FILE_MAX} demands of one file")


def _cleared(
    tx: Tx,
    earlier: Obligation,
    new: NewOrder,
    *,
    keys: PersonalDataKeys,
    rates: Rates,
    now: datetime,
) -> bool:
    """Cancel a file's earlier demand if it is open; False when somebody may be paying it."""
    status = lock_rows.lock_obligations(tx, [earlier.obligation_id])[earlier.obligation_id]
    if status is not ObligationStatus.OPEN:
        return True
    if payment_rows.in_the_way(tx, [earlier.obligation_id]):
        return False
    cancel = ObligationChange(
        provider=earlier.provider,
        kind=earlier.kind,
        number=earlier.number_shown,
        act=ChangeAct.CANCEL,
        reason=REORDERED,
        document=new.reference,
    )
    (verdict,) = change_obligations(tx, [cancel], keys=keys, rates=rates, now=now)
    return verdict.outcome is ChangeOutcome.CHANGED


def _numbers(file_number: str) -> Iterator[str]:
    """Yield the numbers a file's demands go by: its own, then one more for each that follows."""
    yield file_number
    for ordinal in range(2, DEMANDS_PER_FILE_MAX + 1):
        yield f"{file_number}/{ordinal}"
