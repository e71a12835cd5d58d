"""Find what stands today in the place of a paper whose code was read."""

from ledger.postgres.transaction import Tx
from payments.obligation import Obligation, normalised_number
from payments.obligations.registry import KINDS
from payments.personal_data import PersonalDataKeys, unseal
from payments.postgres.obligation_rows import obligations_by_id, obligations_by_key

_SAME_PERSON = ("personal_id", "plate")


def follow_paper(
    tx: Tx, *, provider: str, kind: str, number: str, keys: PersonalDataKeys
) -> int | None:
    """Return the id of the decision on this paper, or of the newest in its place.

    The newest is told only when it names the same person or plate: a corrected decision may be
    somebody else's, and an old paper must not open it. None when there is no such paper, and for
    a record that was not decided upon.

    Raises:
        InputRefused: the number cannot be one.
    """
    if kind not in KINDS:
        return None
    key = (provider, kind, normalised_number(number))
    paper = obligations_by_key(tx, [key]).get(key)
    if paper is None:
        return None
    if paper.successor_id is not None:
        newest = obligations_by_id(tx, [paper.successor_id])[paper.successor_id]
        if _is_of_the_same(paper, newest, keys=keys):
            return newest.obligation_id
    return paper.obligation_id if KINDS[kind].is_payable else None


def _is_of_the_same(paper: Obligation, newest: Obligation, *, keys: PersonalDataKeys) -> bool:
    if paper.person_index is not None and newest.person_index is not None:
        return paper.person_index == newest.person_index
    before, after = (
        {} if each.sealed is None else unseal(keys, each.sealed, place=each.sealed_place)
        for each in (paper, newest)
    )
    return any(name in before and before[name] == after.get(name) for name in _SAME_PERSON)
