"""A traffic fine: what the decision says, less what was paid, with the surcharge of late days."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from ledger.money import ZERO, Money, total
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced, SecondFact, Sort
from payments.obligations.fine_facts import INSTALMENTS_MAX, FineFacts, kept_fine, read_fine
from payments.obligations.fine_notes import NOTE_TEXTS, fine_notes
from payments.obligations.fine_relief import RATES_USED as RELIEF_RATES_USED
from payments.obligations.fine_relief import deferred, in_instalments
from payments.obligations.fine_surcharge import (
    LATE_PART,
    RATES_USED,
    ROLLS,
    Lateness,
    Stretch,
    credited,
    deadline,
    is_rest_day,
    lateness,
    left_of_instalments,
    rounded,
)
from payments.obligations.less_paid import PAID_STEP
from payments.obligations.rates import Rates, least_sure
from payments.quote import QuoteLine, QuoteStep, Unit

NAME = "Tiền phạt vi phạm giao thông"
FINE_LABEL = "Tiền phạt"
FINE_RULE = (
    "Số tiền theo quyết định xử phạt và các lần đính chính, sửa đổi (nếu có), trừ phần đã nộp "
    "(nếu có)"
)
FINE_STEP = "Số tiền phạt theo quyết định"
INSTALMENT_LABEL = "Tiền phạt (nộp nhiều lần)"
INSTALMENT_RULE = "Số tiền của lần nộp này theo quyết định cho nộp tiền phạt nhiều lần"
LATE_LABEL = "Tiền chậm nộp phạt"
LATE_RULE = (
    "Tỷ lệ mỗi ngày tính trên số tiền phạt chưa nộp, từ ngày sau hạn nộp đến trước ngày nộp; "
    "không tính ngày được hoãn; làm tròn một lần đến đồng"
)
LATE_STEP = "Số tiền phạt chưa nộp"
LATE_INSTALMENT_STEPS: Final = tuple(
    f"Số tiền phạt chưa nộp của lần {which}" for which in range(1, INSTALMENTS_MAX + 1)
)
SUSPENDED_STEP = "Thời gian được hoãn hoặc đang xem xét giảm, miễn: không tính"
ROUNDING = "Cộng các bước rồi mới làm tròn một lần: từ nửa đồng trở lên thành một đồng"
FINE_LAW = "Luật Xử lý vi phạm hành chính, Điều 78"
INSTALMENT_LAW = "Luật Xử lý vi phạm hành chính, Điều 79"
LATE_LAW = "Thông tư 18/2023/TT-BTC, Điều 5; Luật Xử lý vi phạm hành chính, Điều 78"


def _read_facts(values: Mapping[str, object]) -> Facts:
    return kept_fine(read_fine(values))


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    fine = read_fine(facts)
    due = deadline(fine, rates=rates)
    on_fine, on_surcharge = credited(fine, due=due, paid=paid, rates=rates)
    late = lateness(fine, due=due, on=on, rates=rates, paid=on_fine)
    paid_on_fine = total(amount for _, amount in on_fine)
    surplus = max(ZERO, paid_on_fine - fine.unpaid(on=on))
    at = _next_instalment(fine, paid_on_fine)
    is_last = at is None or at == len(fine.instalments) - 1
    lines = (
        _fine_line(fine, at, on=on, paid=paid_on_fine, beneficiary=beneficiary, is_last=is_last),
        _late_line(
            fine,
            late,
            on=on,
            rates=rates,
            paid=on_surcharge + surplus,
            beneficiary=beneficiary,
            is_last=is_last,
            is_sure=fine.deadline_given is not None or not is_rest_day(due),
        ),
    )
    return Priced(
        due if at is None else fine.instalments[at].due_on,
        tuple(line for line in lines if line.amount > ZERO),
        fine_notes(fine, at, late, due=due, on=on, paid=paid_on_fine),
    )


def _next_instalment(fine: FineFacts, paid: Money) -> int | None:
    """Return the place of the next instalment to pay, None where there is none."""
    left = left_of_instalments(fine, credited=paid)
    return next((at for at, amount in enumerate(left) if amount.is_positive), None)


def _fine_line(
    fine: FineFacts, at: int | None, *, on: date, paid: Money, beneficiary: str, is_last: bool
) -> QuoteLine:
    if at is None:
        base, earlier = fine.fine, paid + (fine.fine - fine.unpaid(on=on))
        steps = [
            QuoteStep(each.text, each.amount, each.amount, law=each.article)
            for each in fine.violations
        ]
    else:
        base = fine.instalments[at].amount
        earlier = base - left_of_instalments(fine, credited=paid)[at]
        steps = []
    if earlier.is_positive:
        steps = steps or [QuoteStep(FINE_STEP, base, base)]
        steps.append(QuoteStep(PAID_STEP, -earlier, earlier))
    return QuoteLine(
        part="fine" if at is None else f"instalment_{at + 1}",
        label=FINE_LABEL if at is None else INSTALMENT_LABEL,
        rule=FINE_RULE if at is None else INSTALMENT_RULE,
        amount=base - earlier,
        base=base,
        days=0,
        rate="",
        law=FINE_LAW if at is None else INSTALMENT_LAW,
        status="CONFIRMED",
        beneficiary=beneficiary,
        budget=_codes(fine.budget, late=False),
        steps=tuple(steps),
        leaves_open=not is_last,
    )


def _late_line(
    fine: FineFacts,
    late: Lateness,
    *,
    on: date,
    rates: Rates,
    paid: Money,
    beneficiary: str,
    is_last: bool,
    is_sure: bool,
) -> QuoteLine:
    owed, statuses = rounded(late, on=on, rates=rates)
    if late.days and not is_sure:
        statuses |= {rates.in_force(ROLLS, on=on).status}
    if late.days and fine.instalments:
        statuses |= {"UNCONFIRMED"}  # No text says how a missed instalment counts.
    steps = _late_steps(late)
    if paid.is_positive:
        steps.append(QuoteStep(PAID_STEP, -paid, paid))
    return QuoteLine(
        part=LATE_PART,
        label=LATE_LABEL,
        rule=LATE_RULE,
        amount=owed - paid,
        base=late.stretches[0].base if late.stretches else ZERO,
        days=late.days,
        rate="; ".join(late.rate_texts),
        law=LATE_LAW,
        status=least_sure(statuses),
        beneficiary=beneficiary,
        budget=_codes(fine.budget, late=True),
        steps=tuple(steps),
        # Two steps with half a dong each are each shown with a dong more.
        rounding=""
        if late.exact == Fraction(owed.vnd) and all(each.is_whole for each in late.stretches)
        else ROUNDING,
        leaves_open=not is_last,
    )


def _late_steps(late: Lateness) -> list[QuoteStep]:
    return [
        QuoteStep(
            label=_late_label(each),
            amount=Money(1).share(parts=each.exact.numerator, of=each.exact.denominator),
            base=each.base,
            count=each.days,
            unit=Unit.DAY,
            rate=each.rate.text if each.rate else "0",
            law=each.rate.source if each.rate else "",
            status=each.rate.status if each.rate else "CONFIRMED",
            first=each.first,
            last=each.last,
        )
        for each in late.stretches
    ]


def _late_label(stretch: Stretch) -> str:
    if stretch.rate is None:
        return SUSPENDED_STEP
    which = stretch.instalment
    return LATE_STEP if which is None else LATE_INSTALMENT_STEPS[which - 1]


def _codes(budget: Mapping[str, str], *, late: bool) -> Mapping[str, str]:
    """Return the codes of a line; the surcharge has the fine's sub-item unless told otherwise."""
    codes = {field: code for field, code in budget.items() if field != "late_sub_item"}
    if late and "late_sub_item" in budget:
        codes["sub_item"] = budget["late_sub_item"]
    return codes


def _purpose(facts: Facts, number: str) -> str:
    fine = read_fine(facts)
    return f"Nộp phạt quyết định {number} ngày {fine.issued_on:%d/%m/%Y}, {fine.authority}"


def _title(facts: Facts) -> str:
    return read_fine(facts).behaviour


def _authority(facts: Facts) -> str:
    return read_fine(facts).authority


def _dated_on(facts: Facts) -> date:
    # Asked once for every decision pushed: the kept facts were read in full just before.
    return date.fromisoformat(str(facts["issued_on"]))


_TEXTS: Final = (
    *(FINE_LABEL, FINE_RULE, FINE_STEP, PAID_STEP, INSTALMENT_LABEL, INSTALMENT_RULE),
    *(LATE_LABEL, LATE_RULE, LATE_STEP, *LATE_INSTALMENT_STEPS, SUSPENDED_STEP, ROUNDING),
    *NOTE_TEXTS,
)

KIND = ObligationKind(
    code="traffic_fine",
    name=NAME,
    sort=Sort.FINE,
    second_facts=frozenset({SecondFact.DECIDED_ON, SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    dated_on=_dated_on,
    texts=_TEXTS,
    rates_used=(*RATES_USED, *RELIEF_RATES_USED),
    deferred=deferred,
    in_instalments=in_instalments,
)
