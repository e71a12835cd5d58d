"""Facts of both insurances for tests, and how to price them."""

from collections.abc import Mapping, Sequence
from datetime import date

from ledger.postgres.transaction import Tx
from payments.obligation import NewObligation
from payments.obligations import health_insurance, social_insurance
from payments.obligations.contract import ObligationKind, PaidPart, Priced
from payments.obligations.rates import Rates, load_rates
from payments.open_payment import open_payment
from payments.payment import Payment
from payments.quote import QuoteLine, QuoteStep
from tests.payments.owed import NOW, TREASURY, push
from tests.payments.scene import order_of

RATES = load_rates()

SOCIAL_FACTS: Mapping[str, object] = {
    "income_vnd": 2_500_000,
    "group": "khac",
    "method": "M1",
    "months": 1,
    "months_supported": 0,
    "from_month": "2026-06",
}


def social(day: str, **facts: object) -> Mapping[str, object]:
    """Return the facts of a payment that begins in the month it is made in."""
    return {**SOCIAL_FACTS, "from_month": day[:7], **facts}


def household(*members: Mapping[str, object]) -> Mapping[str, object]:
    """Return the facts of a household."""
    return {"members": list(members)}


def price_of(
    kind: ObligationKind,
    facts: Mapping[str, object],
    *,
    on: date,
    rates: Rates = RATES,
    paid: Sequence[PaidPart] = (),
) -> Priced:
    """Return what is due, the facts read as they would be when pushed."""
    return kind.price(kind.read_facts(facts), beneficiary="bhxh-1", on=on, rates=rates, paid=paid)


def social_price(facts: Mapping[str, object], *, on: date, rates: Rates = RATES) -> Priced:
    """Return what a voluntary contributor pays."""
    return price_of(social_insurance.KIND, facts, on=on, rates=rates)


def health_price(facts: Mapping[str, object], *, on: date, rates: Rates = RATES) -> Priced:
    """Return what a household pays."""
    return price_of(health_insurance.KIND, facts, on=on, rates=rates)


def parts_of(line: QuoteLine) -> list[QuoteStep]:
    """Return the steps that come to the line's amount."""
    return [step for step in line.steps if step.is_part]


def pushed(kind: str, number: str, facts: Mapping[str, object]) -> NewObligation:
    """Return what an SI office pushes for the person whose identity number ends in 5678."""
    return NewObligation(
        provider="bhxh",
        kind=kind,
        number=number,
        decided_on=None,
        subject="5678",
        personal={"name": "Nguyễn Văn An", "personal_id": "001099005678"},
        facts=facts,
        beneficiary=TREASURY.code,
    )


def paid_for(tx: Tx, *wanted: NewObligation, on: date) -> Payment:
    """Return the payment somebody opens for what is owed."""
    order = order_of(push(tx, *wanted))
    return open_payment(tx, order, rates=RATES, now=NOW, today=on)
