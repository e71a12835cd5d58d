"""Ask gateways what became of refunds: the only way one that is unknown ends by itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateways.contract import Gateway, RefundAnswer, RefundOrder, RefundOutcome
from gateways.errors import GatewayError
from ledger.postgres.transaction import OpenTx, Tx
from payments.acknowledgement import Signer
from payments.attempt import Attempt
from payments.business_calendar import BusinessCalendar
from payments.hold_refund import hold_refund
from payments.keep_refund_answer import keep_refund_answer
from payments.postgres import attempt_rows, refund_claim_rows, taken_rows
from payments.refund import Refund, RefundWord, next_ask_at, order_of
from payments.settle_refund import settle_refund

LEASE: Final = timedelta(minutes=2)
"""How long a question may take before another process may ask it."""

TROUBLES_MAX: Final = 3
"""Questions a gateway may leave without an answer before it is left alone for this round."""


@dataclass(frozen=True, slots=True)
class AskedRefunds:
    """How many questions were answered, how many were not, and how many put off."""

    answered: int = 0
    unanswered: int = 0
    put_off: int = 0


def ask_refunds(
    open_tx: OpenTx,
    gateways: Mapping[str, Gateway],
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
    limit_max: int,
) -> AskedRefunds:
    """Ask about refunds that are due, at most `limit_max`, and keep what is answered.

    None is ever ordered anew here: what nobody knows stays unknown until its gateway says, a
    settlement report shows it, or its time to be asked about is over and people look.
    """
    counted: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    with open_tx() as tx:
        due = refund_claim_rows.claim_to_ask(
            tx, now=now, lease_until=now + LEASE, refunds_max=limit_max
        )
    for refund in due:
        gateway = gateways.get(refund.gateway)
        if gateway is None or troubles[refund.gateway] >= TROUBLES_MAX:
            counted["put_off"] += 1
            continue
        with open_tx() as tx:
            attempt, order = _question(tx, refund)
        answer = _ask(gateway, order, now=now)
        has_answer = isinstance(answer, RefundAnswer)
        troubles[refund.gateway] += not has_answer
        counted["answered" if has_answer else "unanswered"] += 1
        with open_tx() as tx:
            _keep(tx, refund, attempt, answer, calendar=calendar, signer=signer, now=now)
    return AskedRefunds(counted["answered"], counted["unanswered"], counted["put_off"])


def _question(tx: Tx, refund: Refund) -> tuple[Attempt, RefundOrder]:
    """Return the order as it was sent; it is the question, too."""
    taken = taken_rows.sum_of(tx, refund.capture_id)
    assert taken is not None, "a refund is of a sum that was taken"
    attempt = attempt_rows.by_reference(tx, gateway=refund.gateway, reference=taken.reference)
    assert attempt is not None, "a sum is taken under an order of ours"
    return attempt, order_of(refund, attempt.prepared, taken)


def _ask(gateway: Gateway, order: RefundOrder, *, now: datetime) -> RefundAnswer | GatewayError:
    try:
        return gateway.ask_refund(order, now=now)
    except GatewayError as error:
        return error


def _keep(
    tx: Tx,
    refund: Refund,
    attempt: Attempt,
    answer: RefundAnswer | GatewayError,
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> None:
    """Keep what the gateway said, and what it means for the refund."""
    evidence_id = keep_refund_answer(tx, attempt, answer, asked="ask_refund", now=now)
    assert refund.sent_at is not None, "only what was ordered is asked about"
    following = next_ask_at(asked_count=refund.asked_count, sent_at=refund.sent_at, now=now)
    if isinstance(answer, GatewayError):
        # Whatever is wrong with the question, it says nothing of the refund.
        word = RefundWord(
            RefundOutcome.UNKNOWN,
            answer.partner_code or "no_answer",
            evidence_id=evidence_id,
            next_ask_at=following,
        )
    else:
        hold_refund(tx, refund.number)
        is_doubtful = (
            answer.outcome is not RefundOutcome.UNKNOWN
            and refund_claim_rows.is_mistakable(tx, refund)
        )
        word = RefundWord(
            RefundOutcome.UNKNOWN if is_doubtful else answer.outcome,
            "about_another" if is_doubtful else answer.partner_code,
            gateway_transaction="" if is_doubtful else answer.gateway_transaction,
            evidence_id=evidence_id,
            next_ask_at=following,
        )
    settle_refund(tx, refund.number, word, calendar=calendar, signer=signer, now=now)
