"""Keep what a gateway answered about a refund, believed or not."""

from datetime import datetime

from gateways.contract import Outcome, RefundAnswer, Verdict
from gateways.errors import GatewayError, Untrusted
from ledger.postgres.transaction import Tx
from payments.attempt import Attempt
from payments.evidence import answer_of
from payments.postgres import evidence_rows


def keep_refund_answer(
    tx: Tx,
    attempt: Attempt,
    answer: RefundAnswer | GatewayError,
    *,
    asked: str,
    now: datetime,
) -> int | None:
    """Keep the bytes a gateway answered with and return their number, None when it said nothing.

    `asked` names the call, so that nobody takes the answer for a word on the payment.
    """
    if not answer.raw:
        return None
    received = answer_of(
        attempt.gateway,
        attempt.prepared,
        answer.raw,
        outcome=Outcome.UNKNOWN,
        partner_code=answer.partner_code,
        asked=asked,
        received_at=now,
    )
    verdict = Verdict.MALFORMED if isinstance(answer, Untrusted) else Verdict.RECORDED
    judged = evidence_rows.Judged(received, verdict, attempt.attempt_id)
    return evidence_rows.keep_evidence(tx, [judged])[evidence_rows.digest_of(received)]
