"""Take in what a provider says is owed."""

import enum
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.obligation import (
    NewObligation,
    Obligation,
    ObligationStatus,
    check_past,
    checked_code,
    checked_number,
    checked_personal,
    checked_subject,
    normalised_number,
    normalised_subject,
    sealed_place,
)
from payments.obligations.contract import Facts, ObligationKind, SecondFact
from payments.obligations.registry import KINDS
from payments.obligations.violation_record import KIND as VIOLATION_RECORD
from payments.personal_data import (
    NONCE_BYTES,
    PersonalDataKeys,
    blind_index,
    blind_indexes,
    person_index,
    seal,
    unseal,
)
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.postgres.obligation_rows import (
    Key,
    NewRow,
    confirm,
    insert_obligations,
    obligations_by_key,
)
from payments.postgres.record_rows import decide
from payments.sealed_person import LAST_DIGITS, personal_of, to_seal
from payments.spelling import check_all_seen, check_compared, check_latin
from payments.vietnam_time import vietnam_date

PUSHED_MAX: Final = 1_000


class PushOutcome(enum.StrEnum):
    """What became of one pushed obligation."""

    NEW = "new"
    SAME_AGAIN = "same_again"
    CONFLICTS = "conflicts"  # the number is known with other content; nothing was changed
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PushVerdict:
    """What became of one pushed obligation: its id when kept, field and reason when refused."""

    number: str
    outcome: PushOutcome
    obligation_id: int | None = None
    field: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A row that may be kept, the personal data inside its seal, its index under each key."""

    row: NewRow
    personal: dict[str, str]
    subject_indexes: tuple[bytes | None, ...]


def push_obligations(
    tx: Tx, pushed: Sequence[NewObligation], *, keys: PersonalDataKeys, now: datetime
) -> list[PushVerdict]:
    """Keep what is new and return one verdict each, in order; one bad item sinks no other.

    Raises:
        InputRefused: more than `PUSHED_MAX` at once.
    """
    if len(pushed) > PUSHED_MAX:
        raise InputRefused(field="obligations", reason=f"at most {PUSHED_MAX} at once")
    accounts = beneficiaries_by_code(tx, {each.beneficiary for each in pushed})
    today = vietnam_date(now)
    checked = [
        _checked(each, is_known=each.beneficiary in accounts, keys=keys, today=today)
        for each in pushed
    ]
    good = [each for each in checked if isinstance(each, _Checked)]
    first = {each.row.key: each for each in reversed(good)}
    new = insert_obligations(tx, [each.row for each in first.values()], now=now)
    again = {each.row.key for each in good if each is not first[each.row.key]}
    kept = obligations_by_key(tx, again | (first.keys() - new.keys()))
    verdicts: list[PushVerdict] = []
    for each in checked:
        if isinstance(each, PushVerdict):
            verdicts.append(each)
        elif each.row.key in new and each is first[each.row.key]:
            obligation_id = new[each.row.key]
            verdicts.append(PushVerdict(each.row.number_shown, PushOutcome.NEW, obligation_id))
        else:
            verdicts.append(_compared(each, kept[each.row.key], keys=keys))
    decide(tx, _decided_records(checked, verdicts))
    same = {each.obligation_id for each in verdicts if each.outcome is PushOutcome.SAME_AGAIN}
    confirm(tx, {each for each in same if each is not None} - set(new.values()), now=now)
    return verdicts


def _checked(
    pushed: NewObligation, *, is_known: bool, keys: PersonalDataKeys, today: date
) -> _Checked | PushVerdict:
    """Return the row to keep, or the refusal that names what is wrong with it."""
    try:
        return _row(pushed, is_known=is_known, keys=keys, today=today)
    except InputRefused as problem:
        return PushVerdict(
            pushed.number, PushOutcome.REFUSED, field=problem.field, reason=problem.reason
        )


def _row(pushed: NewObligation, *, is_known: bool, keys: PersonalDataKeys, today: date) -> _Checked:
    if not is_known:
        raise InputRefused(field="beneficiary", reason="is not a registered account")
    kind = KINDS.get(pushed.kind)
    if kind is None:
        raise InputRefused(field="kind", reason="is not a kind of obligation known here")
    check_latin(pushed.number, field="number")
    check_compared(subject=pushed.subject, personal=pushed.personal)
    number = normalised_number(pushed.number)
    subject = checked_subject(pushed.subject)
    if SecondFact.DECIDED_ON in kind.second_facts and pushed.decided_on is None:
        raise InputRefused(field="decided_on", reason="is missing: nobody could look this up")
    if SecondFact.SUBJECT in kind.second_facts and not subject:
        raise InputRefused(field="subject", reason="is missing: nobody could look this up")
    facts = _facts(kind, pushed.facts)
    check_all_seen(facts, field="facts")
    dated_on = kind.dated_on(facts)
    if dated_on is not None and dated_on != pushed.decided_on:
        raise InputRefused(field="decided_on", reason="is not the day its facts say")
    check_past(facts, decided_on=pushed.decided_on, today=today)
    personal = checked_personal(pushed.personal)
    provider = checked_code(pushed.provider, field="provider")
    place = sealed_place(provider=provider, kind=kind.code, number=number)
    typed = None if kind.typed is None else kind.typed(number)
    personal_id = normalised_subject(personal.get("personal_id", ""))
    asked_by = number if typed is None else normalised_number(typed)
    sealing = to_seal(personal, subject=subject)
    row = NewRow(
        key=(provider, kind.code, number),
        number_shown=checked_number(pushed.number),
        decided_on=pushed.decided_on,
        subject_index=blind_index(keys, number=asked_by, subject=subject) if subject else None,
        typed_number=None if typed is None else asked_by,
        other_index=(
            blind_index(keys, number=asked_by, subject=personal_id[-LAST_DIGITS:])
            if personal_id
            else None
        ),
        person_index=person_index(keys, personal_id=personal_id) if personal_id else None,
        sealed=(
            seal(keys, sealing, place=place, nonce=secrets.token_bytes(NONCE_BYTES))
            if sealing
            else None
        ),
        facts=facts,
        beneficiary=pushed.beneficiary,
        status=ObligationStatus.OPEN,
    )
    indexes = blind_indexes(keys, number=asked_by, subject=subject) if subject else (None,)
    return _Checked(row, personal, indexes)


def _facts(kind: ObligationKind, facts: Facts) -> Facts:
    try:
        return kind.read_facts(facts)
    except InputRefused as problem:
        raise InputRefused(field=f"facts.{problem.field}", reason=problem.reason) from problem


def _compared(pushed: _Checked, kept: Obligation, *, keys: PersonalDataKeys) -> PushVerdict:
    row = pushed.row
    is_same = (
        row.decided_on == kept.decided_on
        and kept.subject_index in pushed.subject_indexes
        and row.facts == kept.facts
        and row.beneficiary == kept.beneficiary
        and pushed.personal == _personal(kept, keys=keys)
    )
    outcome = PushOutcome.SAME_AGAIN if is_same else PushOutcome.CONFLICTS
    return PushVerdict(row.number_shown, outcome, kept.obligation_id)


def _personal(kept: Obligation, *, keys: PersonalDataKeys) -> dict[str, str]:
    if kept.sealed is None:
        return {}
    return personal_of(unseal(keys, kept.sealed, place=kept.sealed_place))


def _decided_records(
    checked: Sequence[_Checked | PushVerdict], verdicts: Sequence[PushVerdict]
) -> dict[Key, int]:
    """Return, by violation record, the decision that answers it."""
    return {
        (each.row.key[0], VIOLATION_RECORD.code, normalised_number(record_number)): kept
        for each, verdict in zip(checked, verdicts, strict=True)
        if isinstance(each, _Checked)
        and isinstance(record_number := each.row.facts.get("record_number"), str)
        and verdict.outcome is not PushOutcome.CONFLICTS
        and (kept := verdict.obligation_id) is not None
    }
