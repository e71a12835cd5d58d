"""Find one obligation by its number and second facts, never by plate or name alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.postgres.transaction import Tx
from payments.found import Found
from payments.obligation import (
    Obligation,
    ObligationStatus,
    normalised_number,
    normalised_subject,
)
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS, UNDATED
from payments.personal_data import INDEX_BYTES, PersonalDataKeys, blind_indexes, is_among
from payments.postgres.obligation_rows import candidates, obligations_by_id
from payments.show_obligations import show_obligations

CANDIDATES_MAX: Final = 200
"""Units number their decisions alike; no more than this share a number and a date."""

_NOBODY: Final = bytes(INDEX_BYTES)
_NO_ROW: Final = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What a person types from a paper: number, date and plate or last digits.

    Without a date, papers are found whose kind asks for none.
    """

    number: str
    decided_on: date | None
    subject: str


@dataclass(frozen=True, slots=True)
class NoDecisionYet:
    """The paper is a violation record, and no decision has followed it."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing there, or a fact is wrong: nobody outside can tell which."""


def look_up(
    tx: Tx, question: Question, *, on: date, keys: PersonalDataKeys, rates: Rates
) -> Found | NoDecisionYet | NoMatch:
    """Answer a question about one paper, priced for a date in Vietnam and the day after.

    A decision that was replaced, and a record that was decided upon, lead to the newest decision
    when the plate or digits fit that one too. A wrong fact and a missing row take the same
    statements and the same comparisons.

    Raises:
        InputRefused: the number or subject cannot be one.
    """
    number = normalised_number(question.number)
    subject = normalised_subject(question.subject)
    wanted = blind_indexes(keys, number=number, subject=subject)
    near = candidates(
        tx,
        number=number,
        decided_on=question.decided_on,
        undated=UNDATED,
        candidates_max=CANDIDATES_MAX,
    )
    kept = obligations_by_id(tx, _matching(near, wanted))
    asked = _one_of(list(kept.values()))
    if asked is None:
        return NoMatch()
    newest = _newest(tx, asked, subject=subject, keys=keys)
    if KINDS[newest.kind].is_payable:
        return show_obligations(tx, [newest.obligation_id], on=on, keys=keys, rates=rates)[0]
    return NoDecisionYet() if newest.status is ObligationStatus.OPEN else NoMatch()


def _newest(tx: Tx, asked: Obligation, *, subject: str, keys: PersonalDataKeys) -> Obligation:
    """Return the decision in the place of what was asked for, if who asks knows that one too.

    A new decision may name another person: the old paper alone does not open it.
    """
    if asked.successor_id is None:
        return asked
    newest = obligations_by_id(tx, [asked.successor_id])[asked.successor_id]
    typed = KINDS[newest.kind].typed
    number = newest.number if typed is None else normalised_number(typed(newest.number))
    wanted = blind_indexes(keys, number=number, subject=subject)
    is_known = is_among(newest.subject_index, wanted) | is_among(newest.other_index, wanted)
    return newest if is_known else asked


def _matching(
    near: Sequence[tuple[int, bytes, bytes | None]], wanted: Sequence[bytes]
) -> list[int]:
    """Return the ids of rows with a wanted index, that of no row when there are none."""
    rows = (*near, (_NO_ROW, _NOBODY, None))
    # Both are always compared, with `|` and not `or`: time tells nothing of which one fitted.
    matching = [
        obligation_id
        for obligation_id, subject, other in rows
        if is_among(subject, wanted) | is_among(other, wanted)
    ]
    return matching or [_NO_ROW]


def _one_of(matching: Sequence[Obligation]) -> Obligation | None:
    """Return the only one; of several periods of one insured, the first that is open.

    Two papers of two units with all facts equal are no answer.
    """
    periods = sorted(matching, key=lambda each: each.number)
    if len({(each.provider, each.kind) for each in periods}) != 1:
        return None
    if len(periods) > 1 and KINDS[periods[0].kind].typed is None:
        return None
    still_open = [each for each in periods if each.status is ObligationStatus.OPEN]
    return (still_open or periods[-1:])[0]
