"""Change what authorities pushed, one obligation at a time and each on its own ground."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.difference import difference
from payments.errors import InputRefused, NotPayable
from payments.move import move_payment
from payments.obligation import (
    Obligation,
    ObligationStatus,
    check_past,
    checked_personal,
    checked_subject,
    normalised_number,
    normalised_subject,
)
from payments.obligation_change import (
    CHANGES_MAX,
    ChangeAct,
    ChangeOutcome,
    ChangeVerdict,
    ObligationChange,
    changed_facts,
    checked_change,
    digest_of,
    identity_of,
)
from payments.obligation_states import OBLIGATION_STEPS, ObligationStep
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.personal_data import (
    NONCE_BYTES,
    PersonalDataKeys,
    blind_index,
    person_index,
    seal,
    unseal,
)
from payments.postgres import change_rows, lock_rows, payment_rows, step_rows
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.postgres.change_rows import Content
from payments.postgres.obligation_rows import obligations_by_id, obligations_by_key
from payments.push_obligations import PushOutcome, push_obligations
from payments.sealed_person import LAST_DIGITS, personal_of, subject_of, to_seal
from payments.settle_differences import settle_differences
from payments.states import PaymentState, PaymentStep
from payments.vietnam_time import vietnam_date


@dataclass(frozen=True, slots=True)
class _Means:
    """What every change of one call needs."""

    keys: PersonalDataKeys
    rates: Rates
    now: datetime


def change_obligations(
    tx: Tx,
    changes: Sequence[ObligationChange],
    *,
    keys: PersonalDataKeys,
    rates: Rates,
    now: datetime,
) -> list[ChangeVerdict]:
    """Apply what may be applied and return one verdict each, in order; none sinks another.

    Raises:
        InputRefused: more than `CHANGES_MAX` at once.
    """
    if len(changes) > CHANGES_MAX:
        raise InputRefused(field="changes", reason=f"at most {CHANGES_MAX} at once")
    means = _Means(keys, rates, now)
    checked = [_checked(change) for change in changes]
    wanted = {identity_of(each) for each in checked if isinstance(each, ObligationChange)}
    found = {key: each.obligation_id for key, each in obligations_by_key(tx, wanted).items()}
    _lock(tx, set(found.values()))
    verdicts: list[ChangeVerdict] = []
    for each in checked:
        if isinstance(each, ChangeVerdict):
            verdicts.append(each)
            continue
        obligation_id = found.get(identity_of(each))
        if obligation_id is None:
            verdicts.append(ChangeVerdict(each.number, ChangeOutcome.NOT_FOUND))
            continue
        # Read again each time: a change before it in this call may have been of the same one.
        (obligation,) = obligations_by_id(tx, [obligation_id]).values()
        verdicts.append(_ruled(tx, obligation, each, means))
    return verdicts


def _checked(change: ObligationChange) -> ObligationChange | ChangeVerdict:
    try:
        return checked_change(change)
    except InputRefused as problem:
        return _refused(change, problem)


def _refused(
    change: ObligationChange, problem: InputRefused, *, version: int | None = None
) -> ChangeVerdict:
    return ChangeVerdict(
        change.number, ChangeOutcome.REFUSED, version, field=problem.field, reason=problem.reason
    )


def _lock(tx: Tx, obligation_ids: Collection[int]) -> None:
    """Lock obligations and all that they took the place of, in the order of their ids."""
    if obligation_ids:
        lock_rows.lock_footings(tx, {*obligation_ids, *change_rows.replaced_by(tx, obligation_ids)})


def _ruled(
    tx: Tx, obligation: Obligation, change: ObligationChange, means: _Means
) -> ChangeVerdict:
    """Return what becomes of a change of an obligation that is locked."""
    digest, *others = (digest_of(change, key=key) for key in means.keys.index_keys)
    before = change_rows.done_before(
        tx, obligation.obligation_id, act=change.act, document=change.document
    )
    # What was said is not kept, so its digest stays under the key of its day.
    if before is not None and before.digest in {digest, *others}:
        return ChangeVerdict(
            change.number,
            ChangeOutcome.SAME_AGAIN,
            obligation.version,
            successor_id=obligation.successor_id,
        )
    if before is None and change.version not in {None, obligation.version}:
        return ChangeVerdict(
            change.number,
            ChangeOutcome.STALE,
            obligation.version,
            field="version",
            reason=f"is {obligation.version} by now",
        )
    try:
        return _applied(tx, obligation, change, means, is_other=before is not None, digest=digest)
    except InputRefused as problem:
        return _refused(change, problem, version=obligation.version)


def _applied(
    tx: Tx,
    obligation: Obligation,
    change: ObligationChange,
    means: _Means,
    *,
    is_other: bool,
    digest: bytes,
) -> ChangeVerdict:
    """Write a change down with all that follows from it.

    `is_other` says that its document stands under another change of this act.

    Raises:
        InputRefused: it cannot be right; nothing was written.
    """
    if is_other:
        raise InputRefused(field="document", reason="was used before for something else")
    status = OBLIGATION_STEPS.get((obligation.status, ObligationStep(change.act.value)))
    if status is None:
        raise InputRefused(field="act", reason=f"cannot be done: it is {obligation.status}")
    content = _content(tx, obligation, change, means)
    _require_price(obligation, content, status, means)
    _refuse_moved_account(tx, obligation, change)
    successor_id = _successor(tx, obligation, change, means)
    if change.act in {ChangeAct.CANCEL, ChangeAct.SUPERSEDE}:
        _expire_unheard(tx, obligation, now=means.now)
    change_rows.keep_change(
        tx,
        obligation.obligation_id,
        change,
        content=content,
        status=status,
        version=obligation.version + 1,
        digest=digest,
        successor_id=successor_id,
        now=means.now,
    )
    causes = {successor_id or obligation.obligation_id: f"{change.act}:{change.document}"}
    if successor_id is not None:
        # In other words than the successor's: that one may be replaced under the same document.
        causes[obligation.obligation_id] = f"superseded:{change.document}"
    settle_differences(tx, causes, rates=means.rates, now=means.now)
    return ChangeVerdict(
        change.number, ChangeOutcome.CHANGED, obligation.version + 1, successor_id=successor_id
    )


def _content(tx: Tx, obligation: Obligation, change: ObligationChange, means: _Means) -> Content:
    """Return what the obligation says from now on.

    Raises:
        InputRefused: a field cannot be right, or the law does not allow it.
    """
    granted_on = change.decided_on or vietnam_date(means.now)
    facts = changed_facts(obligation, change, granted_on=granted_on, rates=means.rates)
    kept = Content(
        decided_on=obligation.decided_on,
        subject_index=obligation.subject_index,
        other_index=obligation.other_index,
        person_index=obligation.person_index,
        sealed=obligation.sealed,
        facts=facts,
        beneficiary=obligation.beneficiary,
    )
    if change.act is not ChangeAct.CORRECT:
        return kept
    kept = replace(kept, decided_on=change.decided_on or obligation.decided_on)
    dated_on = KINDS[obligation.kind].dated_on(facts)
    if dated_on is not None and dated_on != kept.decided_on:
        raise InputRefused(field="decided_on", reason="is not the day its facts say")
    check_past(facts, decided_on=kept.decided_on, today=vietnam_date(means.now))
    if change.beneficiary is not None:
        if change.beneficiary not in beneficiaries_by_code(tx, {change.beneficiary}):
            raise InputRefused(field="beneficiary", reason="is not a registered account")
        kept = replace(kept, beneficiary=change.beneficiary)
    return _with_person(kept, obligation, change, means.keys)


def _with_person(
    kept: Content, obligation: Obligation, change: ObligationChange, keys: PersonalDataKeys
) -> Content:
    """Return the content with the subject and the personal data that a correction names."""
    if change.subject is None and change.personal is None:
        return kept
    typed = KINDS[obligation.kind].typed
    asked_by = normalised_number(obligation.number if typed is None else typed(obligation.number))
    place, before = obligation.sealed_place, obligation.sealed
    opened = {} if before is None else unseal(keys, before, place=place)
    subject = subject_of(keys, opened, number=asked_by, index=obligation.subject_index)
    personal = personal_of(opened)
    if change.subject is not None:
        subject = checked_subject(change.subject)
        if not subject and KINDS[obligation.kind].second_facts:
            raise InputRefused(field="subject", reason="is missing: nobody could look this up")
        index = blind_index(keys, number=asked_by, subject=subject) if subject else None
        kept = replace(kept, subject_index=index)
    if change.personal is not None:
        personal = checked_personal(change.personal)
        kept = _with_personal_id(kept, personal, number=asked_by, keys=keys)
    sealing = to_seal(personal, subject=subject)
    if sealing == opened:
        return kept
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = seal(keys, sealing, place=place, nonce=nonce) if sealing else None
    return replace(kept, sealed=sealed)


def _with_personal_id(
    kept: Content, personal: Mapping[str, str], *, number: str, keys: PersonalDataKeys
) -> Content:
    """Return the content found by the personal id among these fields, or by none."""
    personal_id = normalised_subject(personal.get("personal_id", ""))
    if not personal_id:
        return replace(kept, other_index=None, person_index=None)
    last = personal_id[-LAST_DIGITS:]
    return replace(
        kept,
        other_index=blind_index(keys, number=number, subject=last),
        person_index=person_index(keys, personal_id=personal_id),
    )


def _require_price(
    obligation: Obligation, content: Content, status: ObligationStatus, means: _Means
) -> None:
    """Refuse facts that give no price on the days money was paid on.

    Raises:
        InputRefused: naming what is missing.
    """
    changed = replace(
        obligation, facts=content.facts, beneficiary=content.beneficiary, status=status
    )
    try:
        difference(changed, rates=means.rates)
    except NotPayable as problem:
        raise InputRefused(field="kind", reason=str(problem)) from problem


def _refuse_moved_account(tx: Tx, obligation: Obligation, change: ObligationChange) -> None:
    """Refuse another account while a payment lives whose money would still go to the old one.

    Raises:
        InputRefused: naming the field.
    """
    to, field = change.beneficiary, "beneficiary"
    if change.successor is not None:
        to, field = change.successor.beneficiary, "successor.beneficiary"
    if to is None or to == obligation.beneficiary:
        return
    holder = change_rows.holder(tx, obligation.obligation_id)
    if holder is None:
        return
    state = payment_rows.lock_payments(tx, [holder], lines={})[holder].state
    # What no gateway heard of ends with the decision that is replaced.
    if change.act is ChangeAct.SUPERSEDE and state is PaymentState.CREATED:
        return
    raise InputRefused(field=field, reason="is being paid into: send this again later")


def _expire_unheard(tx: Tx, obligation: Obligation, *, now: datetime) -> None:
    """End a payment of it that no gateway ever heard of; nobody else has to be asked."""
    holder = change_rows.holder(tx, obligation.obligation_id)
    if holder is None:
        return
    payment = payment_rows.lock_payments(tx, [holder], lines={})[holder]
    if payment.state is PaymentState.CREATED:
        step_rows.take_steps(tx, payments=[move_payment(payment, PaymentStep.EXPIRE, at=now)])
        lock_rows.close(tx, paid=(), released=[holder])


def _successor(
    tx: Tx, obligation: Obligation, change: ObligationChange, means: _Means
) -> int | None:
    """Keep the decision that takes an obligation's place and return its id, None for none.

    Raises:
        InputRefused: the new decision cannot be kept, or is there already.
    """
    if change.successor is None:
        return None
    captures = lock_rows.lock_footings(tx, [obligation.obligation_id])
    (verdict,) = push_obligations(tx, [change.successor], keys=means.keys, now=means.now)
    if verdict.outcome is PushOutcome.REFUSED:
        raise InputRefused(field=f"successor.{verdict.field}", reason=verdict.reason)
    if verdict.outcome is not PushOutcome.NEW or verdict.obligation_id is None:
        raise InputRefused(field="successor.number", reason="is known already")
    change_rows.hand_over(
        tx,
        obligation.obligation_id,
        to=verdict.obligation_id,
        captures=captures[obligation.obligation_id].captures,
        now=means.now,
    )
    return verdict.obligation_id
