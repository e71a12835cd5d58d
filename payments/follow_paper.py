"""Find what stands today in the place of a paper whose code was read."""

from ledger.postgres.transaction import Tx
from payments.obligation import Obligation, normalised_number, normalised_subject
from payments.obligations.registry import KINDS
from payments.personal_data import PersonalDataKeys, unseal
from payments.postgres.obligation_rows import obligations_by_id, obligations_by_key


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
    before, after = (
        {} if each.sealed is None else unseal(keys, each.sealed, place=each.sealed_place)
        for each in (paper, newest)
    )
    # Not their indexes: one of the two may stand under another key already.
    persons = [each.get("personal_id") for each in (before, after)]
    if None not in persons:
        return len({normalised_subject(each or "") for each in persons}) == 1
    return "plate" in before and before["plate"] == after.get("plate")
