"""Proof documents: that a row is in a day, and that a later log of days begins with an earlier."""

import json
from typing import Any

from ledger.postgres.verify_log.notes import Key, Note, Unusable, read_note
from ledger.postgres.verify_log.trees import is_consistent, leaf_hash, root_by_inclusion


def check_proof(document: bytes, key: Key) -> str:
    """Return one line: "holds: ..." with what is proved, or "broken: ..." with what is wrong.

    Raises:
        Unusable: this is no proof document.
    """
    try:
        proof: dict[str, Any] = json.loads(document)
        path = [bytes.fromhex(step) for step in proof["path"]]
        if proof["kind"] == "inclusion":
            leaf, index, size = str(proof["leaf"]), int(proof["index"]), int(proof["size"])
            notes = [read_note(str(proof["note"]))]
        else:
            leaf, index, size = "", 0, 0
            notes = [read_note(str(proof["first"])), read_note(str(proof["second"]))]
        # Half a sign that takes two passes JSON, and can be neither hashed nor shown.
        json.dumps(proof, ensure_ascii=False).encode()
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Unusable("this is no proof document") from error
    good: list[Note] = []
    for note in notes:
        fault = "cannot be read" if note is None else note.fault(key)
        if note is None or fault:
            return f"broken: note {fault}"
        good.append(note)
    if len(good) == 1:
        return _inclusion(good[0], path, leaf, index=index, size=size)
    return _consistency(path, first=good[0], second=good[1])


def _inclusion(note: Note, path: list[bytes], leaf: str, *, index: int, size: int) -> str:
    root = root_by_inclusion(leaf_hash(leaf), path, index=index, size=size)
    if size != note.size or root != note.root:
        return f"broken: the path does not lead from the leaf to the root of {note.day}"
    told = " | ".join(leaf.splitlines())
    return f"holds: row {index} of {note.day}, a day of {size - 1} rows, is: {told}"


def _consistency(path: list[bytes], *, first: Note, second: Note) -> str:
    holds = is_consistent(
        path,
        first=first.days_root,
        first_size=first.sequence,
        second=second.days_root,
        second_size=second.sequence,
    )
    if not holds:
        return f"broken: the days of {second.day} do not begin with those of {first.day}"
    return (
        f"holds: the {second.sequence} days sealed by {second.day} begin with"
        f" the {first.sequence} sealed by {first.day}"
    )
