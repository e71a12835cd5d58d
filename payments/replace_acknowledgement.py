"""End a proof of payment when money it was for has gone back."""

from datetime import datetime

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer, sign_replacement
from payments.postgres import acknowledgement_rows, client_event_rows, payment_rows
from payments.proof_news import ended_news
from payments.proven import AcknowledgementTurn, Ended


def replace_acknowledgement(
    tx: Tx, payment_id: int, *, refund_number: str, kept: Money, signer: Signer, now: datetime
) -> Ended | None:
    """Revoke the proof of a payment of which nothing is kept, or put one of what is in its place.

    `kept` is what is left, after this refund, of the money that fulfilled the payment; a surplus
    that goes back is none of it. The same refund again changes nothing and returns what it did.
    None where there is no proof, such as of money that was never believed.
    """
    # Two refunds of one payment end its proof one after the other.
    payment = payment_rows.lock_payments(tx, [payment_id], lines={})[payment_id]
    proven = acknowledgement_rows.proven_of(tx, payment_id)
    if proven is None:
        return None
    done = next((each for each in proven.ended if each.refund_number == refund_number), None)
    if done is not None:
        assert done.kept == kept, "one refund leaves one amount"
        return done
    assert not proven.is_revoked, "nothing goes back of what is all back"
    current = proven.signed
    version = len(proven.ended) + 2
    is_all_back = kept == Money(0)
    new = Ended(
        number=current.number,
        turn=AcknowledgementTurn.REVOKED if is_all_back else AcknowledgementTurn.REPLACED,
        refund_number=refund_number,
        kept=kept,
        at=now,
        successor=None
        if is_all_back
        else sign_replacement(
            current,
            version=version,
            kept=kept,
            refund_number=refund_number,
            signer=signer,
            now=now,
        ),
    )
    acknowledgement_rows.keep_ended(tx, payment_id, new, version=version)
    client_event_rows.add_client_events(tx, [ended_news(payment, new)])
    return new
