"""Find the fine that an agency's order names, by its decision and whom it is about."""

import hmac
import unicodedata
from datetime import date
from typing import Final

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.agency_order import Decided, NewOrder, Refusal, Refused
from payments.beneficiary import is_number_of
from payments.errors import InputRefused, NotPayable
from payments.obligation import Obligation, ObligationStatus
from payments.obligations.rates import Rates
from payments.personal_data import PersonalDataKeys, blind_indexes, is_among, unseal
from payments.postgres.agency_order_rows import orders_of
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.postgres.obligation_rows import obligations_by_key
from payments.quoting import quote

FINE: Final = "traffic_fine"

_UNKNOWN: Final = Refused(Refusal.DECISION_UNKNOWN)


def order_fine(
    tx: Tx, new: NewOrder, wanted: Decided, *, keys: PersonalDataKeys, rates: Rates, today: date
) -> int | Refused:
    """Return the fine an order is for, when all it says is what the decision says.

    Another number, day, person or amount, and what somebody else paid, are one refusal: whoever
    has an agency's secret may ask for any number. Only who ordered a fine hears that it is paid.
    """
    by_key = [(provider, FINE, wanted.number) for provider in wanted.providers]
    fines = [
        fine
        for fine in obligations_by_key(tx, by_key).values()
        if fine.decided_on == wanted.decided_on and _is_about(fine, wanted, keys=keys)
    ]
    if len(fines) != 1:
        return _UNKNOWN
    (fine,) = fines
    if fine.status is ObligationStatus.PAID and orders_of(
        tx, fine.obligation_id, agency=new.agency
    ):
        return Refused(Refusal.PAID_ALREADY)
    if fine.status is not ObligationStatus.OPEN or _due(fine, rates, today) != new.amount:
        return _UNKNOWN
    account = beneficiaries_by_code(tx, {fine.beneficiary})[fine.beneficiary]
    if new.account and not is_number_of(account, new.account):
        return Refused(Refusal.ACCOUNT_UNKNOWN)
    return fine.obligation_id


def _is_about(fine: Obligation, wanted: Decided, *, keys: PersonalDataKeys) -> bool:
    """Say whether the last digits or the name are those of the decision; both are compared."""
    digits = blind_indexes(keys, number=fine.number, subject=wanted.digits)
    personal = {} if fine.sealed is None else unseal(keys, fine.sealed, place=fine.sealed_place)
    by_digits = bool(wanted.digits) & (
        is_among(fine.subject_index, digits) | is_among(fine.other_index, digits)
    )
    kept, said = _name(personal.get("name", "")), _name(wanted.name)
    return by_digits | (bool(said) & hmac.compare_digest(kept.encode(), said.encode()))


def _name(text: str) -> str:
    """Return a name as it is compared: capitals and single spaces, its marks as they are."""
    return " ".join(unicodedata.normalize("NFC", text).upper().split())


def _due(fine: Obligation, rates: Rates, today: date) -> Money | None:
    try:
        return quote(fine, on=today, rates=rates).total
    except (InputRefused, NotPayable):
        return None
