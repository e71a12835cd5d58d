"""Show obligations somebody has proven something about, priced for a day."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.errors import NotPayable, PriceRefused, RateMissing
from payments.found import RATE_MISSING, Found, Sight
from payments.later import Correction, DueBack
from payments.obligation import Obligation, ObligationStatus, masked_name, masked_plate
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.personal_data import PersonalDataKeys, unseal
from payments.postgres import later_rows, showing_rows
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.postgres.obligation_rows import obligations_by_id
from payments.postgres.outage_rows import Outage, outage_of
from payments.quote import Quote
from payments.quoting import quote, with_correction
from payments.vietnam_time import vietnam_date

_PAYABLE = frozenset(code for code, kind in KINDS.items() if kind.is_payable)


def show_obligations(
    tx: Tx,
    obligation_ids: Sequence[int],
    *,
    on: date,
    keys: PersonalDataKeys,
    rates: Rates,
    person: Collection[bytes] = (),
) -> list[Found]:
    """Return what may be shown, in order, priced for a date in Vietnam and the day after.

    An id that names nothing is left out. `person` is the index of who is signed in, under each
    key known: what that person owes is shown in full.
    """
    kept = obligations_by_id(tx, set(obligation_ids))
    beside = _Beside(
        accounts=beneficiaries_by_code(tx, {each.beneficiary for each in kept.values()}),
        locked_until=showing_rows.locked_until(tx, kept),
        paid_at=showing_rows.first_paid_at(tx, kept),
        replaced=showing_rows.replaced_by(tx, kept, kinds=_PAYABLE),
        due_back=later_rows.due_back(tx, kept),
        corrections=later_rows.corrections(tx, {key for key in kept if kept[key].version > 1}),
        away={each: outage_of(tx, each) for each in {owed.provider for owed in kept.values()}},
    )
    return [
        _found(kept[each], beside, on=on, keys=keys, rates=rates, person=person)
        for each in dict.fromkeys(obligation_ids)
        if each in kept
    ]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the obligations that are shown."""

    accounts: Mapping[str, Beneficiary]
    locked_until: Mapping[int, datetime]
    paid_at: Mapping[int, datetime]
    replaced: Mapping[int, tuple[str, ...]]
    due_back: Mapping[int, DueBack]
    corrections: Mapping[int, Correction]
    away: Mapping[str, Outage | None]


def _found(
    owed: Obligation,
    beside: _Beside,
    *,
    on: date,
    keys: PersonalDataKeys,
    rates: Rates,
    person: Collection[bytes],
) -> Found:
    kind = KINDS[owed.kind]
    due, unpriced = _due(owed, on=on, rates=rates)
    tomorrow = None if due is None else _due(owed, on=on + timedelta(1), rates=rates)[0]
    correction = beside.corrections.get(owed.obligation_id)
    if due is not None and correction is not None:
        due = with_correction(due, correction)
    sight = _sight(owed, person)
    personal = _personal(owed, keys=keys, sight=sight)
    first_paid = beside.paid_at.get(owed.obligation_id)
    outage = beside.away[owed.provider]
    record_number = owed.facts.get("record_number")
    return Found(
        obligation_id=owed.obligation_id,
        provider=owed.provider,
        kind=owed.kind,
        number=owed.number_shown,
        decided_on=owed.decided_on,
        title=kind.title(owed.facts),
        authority=kind.authority(owed.facts),
        who=personal.get("name", ""),
        plate=personal.get("plate", ""),
        sight=sight,
        status=owed.status,
        beneficiary=beside.accounts[owed.beneficiary],
        quote=due,
        unpriced=unpriced,
        total_tomorrow=None if tomorrow is None else tomorrow.total,
        paid_on=None if first_paid is None else vietnam_date(first_paid),
        being_paid_until=beside.locked_until.get(owed.obligation_id),
        replaces=beside.replaced.get(owed.obligation_id, ()),
        record_number=record_number if isinstance(record_number, str) else "",
        deferred_until=_deferred_until(owed, on=on),
        heard_at=owed.heard_at,
        away_since=None if outage is None else outage.since,
        due_back=beside.due_back.get(owed.obligation_id),
    )


def _sight(owed: Obligation, person: Collection[bytes]) -> Sight:
    return Sight.OWN if owed.person_index in person else Sight.MASKED


def _personal(owed: Obligation, *, keys: PersonalDataKeys, sight: Sight) -> Mapping[str, str]:
    if owed.sealed is None:
        return {}
    personal = unseal(keys, owed.sealed, place=owed.sealed_place)
    if sight is Sight.OWN:
        return personal
    masked = {"name": masked_name(personal.get("name", ""))}
    return masked | ({"plate": masked_plate(personal["plate"])} if "plate" in personal else {})


def _due(owed: Obligation, *, on: date, rates: Rates) -> tuple[Quote | None, str]:
    """Return what is due, or the rule by which no price can be given."""
    if owed.status is not ObligationStatus.OPEN:
        return None, ""
    try:
        return quote(owed, on=on, rates=rates), ""
    except NotPayable:
        return None, ""
    except RateMissing:
        return None, RATE_MISSING
    except PriceRefused as refusal:
        return None, refusal.code


def _deferred_until(owed: Obligation, *, on: date) -> date | None:
    """Return the last day of the deferral that runs, None when none does."""
    return max((last for first, last in _periods(owed) if first <= on <= last), default=None)


def _periods(owed: Obligation) -> Iterator[tuple[date, date]]:
    """Yield the days between which the clock stands still, as the kind has checked them."""
    periods = owed.facts.get("suspended")
    if isinstance(periods, list):
        for period in periods:  # pyright: ignore[reportUnknownVariableType] (JSON, checked when it was pushed)
            first, last = period  # pyright: ignore[reportUnknownVariableType] (as above)
            yield date.fromisoformat(str(first)), date.fromisoformat(str(last))  # pyright: ignore[reportUnknownArgumentType] (as above)
