"""Asking gateways about orders nobody told us of."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import text

from gateways.contract import Answered, Outcome
from gateways.errors import Misconfigured, OutcomeUnknown, Retryable, Untrusted
from ledger.postgres.transaction import OpenTx, Tx
from payments.ask_gateway import TROUBLES_MAX, Asked, ask_gateway
from payments.ask_plan import USUAL
from payments.postgres import lock_rows
from payments.states import AttemptState, PaymentState
from tests.payments.scene import (
    CALENDAR,
    LIFETIME,
    NOW,
    RATES,
    SIGNER,
    PaperGateway,
    attempt_of,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
    states,
)

MINUTE = timedelta(minutes=1)
OVER = NOW + LIFETIME + USUAL.not_started_margin


def ask(
    open_tx: OpenTx, gateway: PaperGateway, *, now: datetime = NOW + MINUTE, limit_max: int = 100
) -> Asked:
    return ask_gateway(
        open_tx,
        {gateway.code: gateway},
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=now,
        limit_max=limit_max,
    )


def begin(tx: Tx) -> str:
    return sent(inside(tx), opened(tx, owe(tx)))


def says(reference: str, outcome: Outcome, *, salt: str = "") -> Answered:
    return Answered(f"{reference} {outcome} {salt}".encode(), notice(reference, outcome))


def test_f28_money_nobody_told_us_of_is_found_by_asking(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway(answers={reference: [says(reference, Outcome.PAID)]})
    assert ask(inside(tx), gateway) == Asked(answered=1)
    assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)
    kept = tx.execute(text("SELECT kind, body FROM payments.evidence")).one()
    assert (kept.kind, bytes(kept.body)) == ("answer", f"{reference} paid ".encode())
    assert ask(inside(tx), gateway, now=OVER) == Asked()


def test_nothing_is_asked_before_its_time(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway()
    assert ask(inside(tx), gateway, now=NOW + timedelta(seconds=59)) == Asked()
    assert ask(inside(tx), gateway, now=NOW + timedelta(seconds=60)) == Asked(answered=1)
    assert gateway.asked == [reference]


def test_questions_come_with_growing_waits(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway()
    waits: list[timedelta] = []
    now = NOW + MINUTE
    for _ in range(3):
        ask(inside(tx), gateway, now=now)
        following = attempt_of(tx, reference).next_ask_at
        assert following is not None
        waits.append(following - now)
        now = following
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert attempt_of(tx, reference).asked_count == 3


def test_f22_never_came_and_then_paid_is_paid(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway(
        answers={reference: [says(reference, Outcome.NOT_STARTED), says(reference, Outcome.PAID)]}
    )
    ask(inside(tx), gateway)
    assert states(tx, reference) == (PaymentState.PENDING, AttemptState.SENT)
    ask(inside(tx), gateway, now=NOW + 3 * MINUTE)
    assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)


def test_f19_never_came_after_its_time_ends_the_payment_and_frees_the_fine(tx: Tx):
    ids = owe(tx)
    reference = sent(inside(tx), opened(tx, ids))
    ask(inside(tx), PaperGateway(), now=OVER)
    assert states(tx, reference) == (PaymentState.EXPIRED, AttemptState.EXPIRED)
    assert attempt_of(tx, reference).next_ask_at is None
    assert lock_rows.holders(tx, ids) == {}


def test_f19_money_twenty_minutes_after_the_end_still_counts(tx: Tx):
    reference = begin(tx)
    ask(inside(tx), PaperGateway(), now=OVER)
    word = heard(notice(reference, at=OVER), received_at=OVER + 20 * MINUTE)
    hear(tx, word, now=OVER + 20 * MINUTE)
    assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)


def test_a_question_without_an_answer_changes_nothing_before_the_time_is_over(tx: Tx):
    for error in (OutcomeUnknown("timeout"), Retryable("busy"), Misconfigured("key")):
        reference = begin(tx)
        gateway = PaperGateway(answers={reference: [error]})
        assert ask(inside(tx), gateway) == Asked(troubled=1)
        assert states(tx, reference) == (PaymentState.PENDING, AttemptState.SENT)
        ask(inside(tx), PaperGateway(), now=OVER)


def test_an_order_past_its_time_without_a_word_is_unknown(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway(
        answers={reference: [OutcomeUnknown("timeout"), says(reference, Outcome.NOT_STARTED)]}
    )
    ask(inside(tx), gateway, now=OVER)
    assert states(tx, reference) == (PaymentState.UNKNOWN, AttemptState.UNKNOWN)
    ask(inside(tx), gateway, now=OVER + 30 * MINUTE)
    assert states(tx, reference) == (PaymentState.EXPIRED, AttemptState.EXPIRED)


def test_a_word_that_settles_nothing_is_no_word_once_the_time_is_over(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway(
        answers={reference: [says(reference, Outcome.UNKNOWN, salt=str(n)) for n in range(2)]}
    )
    ask(inside(tx), gateway)
    assert states(tx, reference) == (PaymentState.PENDING, AttemptState.SENT)
    ask(inside(tx), gateway, now=OVER)
    assert states(tx, reference) == (PaymentState.UNKNOWN, AttemptState.UNKNOWN)


def test_f21_bytes_that_cannot_be_believed_are_kept_and_asked_about_again(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway(answers={reference: [Untrusted("bad signature", raw=b"<html>")]})
    assert ask(inside(tx), gateway) == Asked(troubled=1)
    kept = tx.execute(text("SELECT body, verdict, reference FROM payments.evidence")).one()
    assert (bytes(kept.body), kept.verdict, kept.reference) == (b"<html>", "malformed", reference)
    assert attempt_of(tx, reference).next_ask_at == NOW + 2 * MINUTE


def test_f20_a_gateway_in_trouble_is_left_alone_for_the_round(tx: Tx):
    references = [begin(tx) for _ in range(TROUBLES_MAX + 2)]
    gateway = PaperGateway(
        answers={reference: [OutcomeUnknown("timeout")] for reference in references}
    )
    assert ask(inside(tx), gateway) == Asked(troubled=TROUBLES_MAX, put_off=2)
    assert len(gateway.asked) == TROUBLES_MAX
    counts = sorted(attempt_of(tx, reference).asked_count for reference in references)
    assert counts == [0, 0] + [1] * TROUBLES_MAX


def test_an_attempt_at_another_gateway_is_left_to_who_asks_that_one(tx: Tx):
    reference = begin(tx)
    before = attempt_of(tx, reference)
    assert ask(inside(tx), PaperGateway("other")) == Asked()
    assert attempt_of(tx, reference) == before


def test_asking_ends_where_the_gateway_answers_no_more(tx: Tx):
    reference = begin(tx)
    gateway = PaperGateway()
    gateway.answers[reference] = [
        says(reference, Outcome.UNKNOWN, salt=str(n)) for n in range(1_000)
    ]
    now = NOW + MINUTE
    while (following := attempt_of(tx, reference).next_ask_at) is not None:
        now = following
        ask(inside(tx), gateway, now=now)
    assert now == NOW + gateway.capabilities.ask_until
    assert states(tx, reference) == (PaymentState.UNKNOWN, AttemptState.UNKNOWN)


def test_at_most_as_many_are_asked_as_allowed(tx: Tx):
    for _ in range(3):
        begin(tx)
    assert ask(inside(tx), PaperGateway(), limit_max=2) == Asked(answered=2)


def test_a_plan_made_for_fewer_orders_asks_no_more_than_allowed(owner_tx: Tx):
    begin(owner_tx)
    owner_tx.execute(text("ANALYZE payments.attempt"))
    for _ in range(2):
        begin(owner_tx)
    assert ask(inside(owner_tx), PaperGateway(), limit_max=2) == Asked(answered=2)


def test_several_processes_never_ask_about_the_same_order(open_tx: OpenTx):
    with open_tx() as tx:
        references = [begin(tx) for _ in range(30)]
    gateway = PaperGateway()

    def call(_: int) -> Asked:
        return ask(open_tx, gateway)

    with ThreadPoolExecutor(4) as callers:
        results = list(callers.map(call, range(4)))
    assert sorted(gateway.asked) == sorted(references)
    assert sum(each.answered for each in results) == 30


def test_f28_a_process_killed_while_asking_is_finished_by_the_next(open_tx: OpenTx):
    with open_tx() as tx:
        reference = begin(tx)
    gateway = PaperGateway(answers={reference: [says(reference, Outcome.PAID)]})

    def crash(_: object) -> None:
        raise KeyboardInterrupt

    gateway.on_ask = crash
    with suppress(KeyboardInterrupt):
        ask(open_tx, gateway)
    gateway.on_ask = None
    assert ask(open_tx, gateway) == Asked()
    assert ask(open_tx, gateway, now=NOW + MINUTE + USUAL.lease) == Asked(answered=1)
    with open_tx() as tx:
        assert states(tx, reference) == (PaymentState.PAID, AttemptState.CAPTURED)


def test_no_transaction_is_open_while_a_gateway_is_asked(open_tx: OpenTx, owner_dsn: str):
    with open_tx() as tx:
        begin(tx)
    seen: list[int] = []

    def look(_: object) -> None:
        with open_tx() as tx:
            open_now = tx.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
                )
            )
            seen.append(int(open_now.scalar_one()))

    assert owner_dsn
    ask(open_tx, PaperGateway(on_ask=look))
    assert seen == [0]


def test_an_answer_that_cannot_be_applied_sinks_no_other_and_is_asked_again(
    owner_tx: Tx,
):
    tx = owner_tx
    good, bad, last = (begin(tx) for _ in range(3))
    tx.exec_driver_sql(
        "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE unique_violation; END $$"
    )
    tx.exec_driver_sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON payments.capture FOR EACH ROW"
        f" WHEN (NEW.reference = '{bad}') EXECUTE FUNCTION pg_temp.refuse()"
    )
    gateway = PaperGateway(
        answers={each: [says(each, Outcome.PAID)] * 2 for each in (good, bad, last)}
    )
    asked = ask(nested(tx), gateway)
    assert (asked.answered, [each.reference for each in asked.failed]) == (2, [bad])
    assert [states(tx, each)[0].value for each in (good, bad, last)] == ["paid", "pending", "paid"]
    tx.exec_driver_sql("DROP TRIGGER refuse ON payments.capture")
    assert ask(nested(tx), gateway, now=OVER) == Asked(answered=1)
    assert states(tx, bad)[0] is PaymentState.PAID


def nested(tx: Tx) -> OpenTx:
    """Return a way to begin what is undone alone."""

    @contextmanager
    def open_tx() -> Generator[Tx]:
        with tx.begin_nested():
            yield tx

    return open_tx
