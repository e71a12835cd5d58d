"""I13: every closed day is sealed, and its rows, its note and what is outside say the same."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final

from ledger.merkle import root_of
from ledger.postgres import seal_rows
from ledger.postgres.seal_rows import KeptSeal
from ledger.postgres.transaction import Tx
from ledger.seal import NO_ROOT, Seal, VerifierKey, days_root_of, note_text
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted

TO_SEAL: Final = timedelta(minutes=1)
"""How long after its close a day may be without its seal, and its seal not be out."""


def tamper_evident(tx: Tx, means: Means) -> Outcome:
    """Say that the trees of all sealed days and the log over them recompute to what was signed."""
    findings = Findings()
    for day in seal_rows.unsealed(tx, closed_by=means.now - TO_SEAL):
        findings.add(f"{day.isoformat()} is closed and not sealed")
    seals = seal_rows.all_seals(tx)
    if seals and means.seal_key is None:
        findings.add("no key is known to check the seals with")
    roots: list[tuple[date, bytes]] = []
    for sequence, sealed in enumerate(seals, start=1):
        before = roots[-1][1] if roots else NO_ROOT
        if (sealed.day.sequence, sealed.day.previous_root) != (sequence, before):
            findings.add(f"the seal of {_day(sealed)} does not follow the one before")
        roots.append((sealed.day.business_date, sealed.root))
        for wrong in _differences(tx, means, sealed, roots):
            findings.add(f"{_day(sealed)}: {wrong}")
    leaves = sum(one.day.tree_size for one in seals)
    return findings.outcome(
        looked_at=f"{counted(len(seals), one='sealed day', many='sealed days')} with "
        + counted(leaves, one="leaf", many="leaves")
    )


PROOF: Final = Proof("I13", "sealed days recompute to what was signed", tamper_evident)


def _differences(
    tx: Tx, means: Means, sealed: KeptSeal, roots: Sequence[tuple[date, bytes]]
) -> Iterator[str]:
    """Give what is wrong with one seal; `roots` are those of the days up to it."""
    outside = means.seals.rows(sealed.day.business_date)
    if outside is None and _is_due(means, sealed):
        yield "its rows are not outside the database"
    apart: list[str] = []
    root = root_of(_compared(tx, sealed, outside or (), apart))
    if outside is not None:
        yield from apart
    if root != sealed.root:
        yield "its rows give another root than its seal"
    yield from _differences_of_note(means, sealed, roots)


def _compared(
    tx: Tx, sealed: KeptSeal, outside: Iterator[str] | tuple[()], apart: list[str]
) -> Iterator[bytes]:
    """Give the hash of each leaf, and put down the first that is not the one outside."""
    for leaf, line in zip_longest(seal_rows.leaves(tx, sealed.day), outside):
        mark = None if leaf is None else leaf.hash
        if not apart and (leaf is None or mark is None or line != f"{leaf.name} {mark.hex()}"):
            inside = "nothing" if leaf is None else leaf.name
            there = "nothing" if line is None else line.rpartition(" ")[0]
            apart.append(
                f"{inside} stands in the book where outside stands {there}"
                if inside != there
                else f"{inside} is not what was sealed"
            )
        if mark is not None:
            yield mark


def _differences_of_note(
    means: Means, sealed: KeptSeal, roots: Sequence[tuple[date, bytes]]
) -> Iterator[str]:
    key: VerifierKey | None = means.seal_key
    if key is not None:
        whole = Seal(sealed.day, sealed.root, days_root_of(roots), sealed.sealed_at)
        if sealed.note.partition("\n\n")[0] + "\n" != note_text(whole, origin=key.name):
            yield "its note says something else than its seal"
        if not key.has_signed(sealed.note):
            yield f"its note is not signed by {key.name}"
    outside = means.seals.note(sealed.day.business_date)
    if outside is None:
        if _is_due(means, sealed):
            yield "its note is not outside the database"
    elif outside != sealed.note:
        yield "its note is not the one outside the database"


def _is_due(means: Means, sealed: KeptSeal) -> bool:
    return sealed.sealed_at <= means.now - TO_SEAL


def _day(sealed: KeptSeal) -> str:
    return sealed.day.business_date.isoformat()
