"""Take in a file whole, or keep it with the reason why nothing of it is believed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from gateways.contract import SettlementReport
from gateways.errors import Untrusted
from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.errors import FileRefused
from reconciliation.file import (
    FILE_BYTES_MAX,
    NAME_MAX,
    REASON_MAX,
    AccountPage,
    FileContent,
    FileState,
    FileVerdict,
    Source,
    content_of,
)
from reconciliation.postgres import file_rows, item_rows
from reconciliation.statements.contract import StatementFile

_JUDGED: Final = frozenset({FileState.ACCEPTED, FileState.SUPERSEDED})


def receive_file(
    open_tx: OpenTx,
    source: Source,
    *,
    name: str,
    raw: bytes,
    read: Callable[[bytes], SettlementReport | StatementFile],
    now: datetime,
) -> FileVerdict:
    """Keep the bytes, read them, and accept all lines or none; the same bytes again add nothing.

    A quarantined file that is offered again is judged again: what it had to follow may have come.

    Raises:
        FileRefused: the file is longer than anything we keep.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise FileRefused(f"{name[:NAME_MAX]}: longer than the {FILE_BYTES_MAX} bytes we keep")
    with open_tx() as tx:
        kept = file_rows.keep_file(tx, source, name=name[:NAME_MAX], raw=raw, now=now)
    if kept.state in _JUDGED:
        return kept
    try:
        content = content_of(read(raw), source=source)
        with open_tx() as tx:
            return _accepted(tx, kept, source=source, content=content, now=now)
    except (FileRefused, Untrusted) as refusal:
        with open_tx() as tx:
            return _quarantined(tx, kept, source=source, reason=refusal.reason, now=now)


def _accepted(
    tx: Tx, kept: FileVerdict, *, source: Source, content: FileContent, now: datetime
) -> FileVerdict:
    judged = _locked(tx, kept, source=source)
    if judged.state in _JUDGED:
        return judged
    if content.version is not None:
        _supersede_earlier(tx, source=source, content=content, version=content.version)
    _refuse_broken_chain(tx, source=source, pages=content.pages)
    item_rows.add_items(tx, kept.file_id, items=content.items)
    file_rows.accept(tx, kept.file_id, source=source, content=content, now=now)
    return file_rows.verdict_on(tx, kept.file_id, is_new=kept.is_new)


def _quarantined(
    tx: Tx, kept: FileVerdict, *, source: Source, reason: str, now: datetime
) -> FileVerdict:
    judged = _locked(tx, kept, source=source)
    if judged.state in _JUDGED:
        return judged
    file_rows.quarantine(tx, kept.file_id, reason=reason[:REASON_MAX], now=now)
    return file_rows.verdict_on(tx, kept.file_id, is_new=kept.is_new)


def _locked(tx: Tx, kept: FileVerdict, *, source: Source) -> FileVerdict:
    """Return how the file is judged now that nobody else judges one of this source."""
    file_rows.lock_source(tx, source)
    return file_rows.verdict_on(tx, kept.file_id, is_new=False)


def _supersede_earlier(tx: Tx, *, source: Source, content: FileContent, version: int) -> None:
    speaking = file_rows.speaking_version(tx, source=source, business_date=content.business_date)
    if speaking is None:
        return
    earlier, earlier_version = speaking
    if version <= earlier_version:
        raise FileRefused(
            f"version {version} of {content.business_date.isoformat()}, but version"
            f" {earlier_version} was accepted from file {earlier} and says something else"
        )
    file_rows.supersede(tx, earlier)


def _refuse_broken_chain(tx: Tx, *, source: Source, pages: Sequence[AccountPage]) -> None:
    """Refuse statements that do not follow the account's own, inside the file and before it."""
    near = {one.account: one for one in file_rows.neighbours(tx, source=source, pages=pages)}
    last: dict[str, Money | None] = {account: one.closed_with for account, one in near.items()}
    for page in pages:
        closed_with = last[page.account]
        if closed_with is not None and closed_with != page.opening:
            raise FileRefused(
                f"{_name(page)} opens with {page.opening.vnd}, the one before closed with"
                f" {closed_with.vnd}: difference {(page.opening - closed_with).vnd}"
            )
        last[page.account] = page.closing
    for account, one in near.items():
        if one.opens_with is not None and one.opens_with != last[account]:
            raise FileRefused(
                f"the statements of account {account} do not close with the {one.opens_with.vnd}"
                " that the one after opens with"
            )


def _name(page: AccountPage) -> str:
    return f"statement {page.reference} {page.sequence} of account {page.account}"
