"""Know our refunds again in a gateway's report, and keep that they came off a payout."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.postgres.transaction import Tx
from reconciliation import breaks, matching
from reconciliation.breaks import NewBreak
from reconciliation.matching import OpenLine, PassedOn
from reconciliation.postgres import match_rows, refund_line_rows
from reconciliation.postgres.file_rows import FileToMatch

Finish = Callable[[Tx, str], object]
"""Takes a report's word for it that a refund is done, by its number."""


@dataclass(slots=True)
class RefundLines:
    """Refund lines of a report that are ours, each a group, and what is odd about them."""

    groups: dict[int, PassedOn] = field(default_factory=dict[int, PassedOn])
    early: list[NewBreak] = field(default_factory=list[NewBreak])


def match_refunds(
    tx: Tx,
    file: FileToMatch,
    lines: Sequence[OpenLine],
    *,
    business_date: date,
    finish: Finish,
) -> RefundLines:
    """Match refund lines with refunds of ours and return the group of each that is one.

    What nobody knew of a refund, the report says: money a gateway kept went back.
    """
    matched = RefundLines()
    if not lines:
        return matched
    found = refund_line_rows.fitting(tx, file, [line.item_id for line in lines])
    for line in lines:
        back = found.get(line.item_id)
        if back is None:
            continue
        if back.booked_on is None:
            finish(tx, back.number)
        elif back.booked_on > business_date:
            matched.early.append(
                breaks.refund_reported_early(
                    back.number, back.amount, back.taken, gateway=file.party
                )
            )
        group = match_rows.add_group(
            tx,
            matching.refund_group_of(line, back.taken, gateway=file.party, file_id=file.file_id),
            business_date=business_date,
            item_id=line.item_id,
            capture_id=None,
        )
        refund_line_rows.keep_match(
            tx, refund_id=back.refund_id, item_id=line.item_id, group_id=group.group_id
        )
        matched.groups[line.item_id] = group
    return matched
