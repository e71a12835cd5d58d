"""Household health insurance: each member's amount falls with the order of joining in the year."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from ledger.money import ZERO, Money, total
from payments.errors import InputRefused, PriceRefused
from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced, SecondFact, Sort
from payments.obligations.contribution import YARDSTICKS
from payments.obligations.health_card import RATES_USED as CARD_RATES_USED
from payments.obligations.health_card import Card, Continuity, new_card
from payments.obligations.rates import Rate, Rates, half_up, least_sure
from payments.quote import Note, NoteValue, QuoteLine, QuoteStep, Unit

MEMBERS_MAX: Final = 20
ORDER_MAX: Final = 99
MONTHS_MAX: Final = 60

NAME = "Bảo hiểm y tế hộ gia đình"
RULE = (
    "Người thứ nhất đóng tỷ lệ theo luật của mức tham chiếu (trước 01/07/2025: lương cơ sở) mỗi "
    "tháng; người thứ hai trở đi đóng theo phần của mức người thứ nhất; thứ tự trong năm do "
    "cơ quan BHXH ghi nhận; mức tính theo ngày nộp"
)
LAW = "Luật Bảo hiểm y tế, Điều 13 (sửa đổi bởi Luật 51/2024/QH15); Nghị định 188/2025/NĐ-CP"
LAW_BEFORE = "Luật Bảo hiểm y tế, Điều 13; Nghị định 146/2018/NĐ-CP"
LABELS: Final = (
    "Người thứ nhất trong hộ",
    "Người thứ hai trong hộ",
    "Người thứ ba trong hộ",
    "Người thứ tư trong hộ",
    "Người thứ năm trở đi trong hộ",
)
FIRST_MEMBER = "Mức đóng một tháng của người thứ nhất"
SHARE = "Phần của mức đóng một tháng của người thứ nhất"
PAID = "Đã nộp"
ROUNDING = "Tính chính xác rồi làm tròn một lần cho mỗi người, từ nửa đồng trở lên tính là một đồng"

CARD = "Người thứ %(order)s: thẻ mới dự kiến có giá trị từ %(first)s đến hết %(last)s."
GAP = (
    "Người thứ %(order)s: thẻ cũ đã hết hạn ngày %(ended)s; thẻ mới có giá trị từ ngày nộp tiền, "
    "thời gian tham gia liên tục vẫn được tính."
)
LOST = (
    "Người thứ %(order)s: thẻ cũ đã hết hạn ngày %(ended)s, gián đoạn quá lâu; thẻ mới chỉ có "
    "giá trị sau thời gian chờ và thời gian tham gia liên tục tính lại từ đầu."
)
FIRST = "Người thứ %(order)s tham gia lần đầu: thẻ chỉ có giá trị sau thời gian chờ."
CARD_OF_ALL = "Cả %(count)s người: thẻ mới dự kiến có giá trị từ %(first)s đến hết %(last)s."
GAP_OF_ALL = (
    "Cả %(count)s người: thẻ cũ đã hết hạn ngày %(ended)s; thẻ mới có giá trị từ ngày nộp tiền, "
    "thời gian tham gia liên tục vẫn được tính."
)
LOST_OF_ALL = (
    "Cả %(count)s người: thẻ cũ đã hết hạn ngày %(ended)s, gián đoạn quá lâu; thẻ mới chỉ có "
    "giá trị sau thời gian chờ và thời gian tham gia liên tục tính lại từ đầu."
)
FIRST_OF_ALL = "Cả %(count)s người tham gia lần đầu: thẻ chỉ có giá trị sau thời gian chờ."
LEVEL_CHANGES = (
    "Mức tham chiếu thay đổi từ %(day)s; nộp từ ngày đó thì số tiền khác, "
    "nộp trước ngày đó thì không phải đóng bù."
)
PERIOD_UNSURE = "Quy định về kỳ đóng 3, 6 hoặc 12 tháng chưa được xác nhận bằng văn bản."

_OURS: Final = "health_insurance."
_FACTORS: Final = tuple(f"{_OURS}member_factor_{order}" for order in range(1, len(LABELS) + 1))
_PERIODS: Final = tuple(f"{_OURS}period_months_{name}" for name in ("quarter", "half_year", "year"))
_NUMBER: Final = re.compile(r"(?P<household>[0-9A-Z]{4,20})/[0-9]{4}-(?:0[1-9]|1[0-2])")
_WARNINGS: Final[Mapping[Continuity, tuple[str, str, str]]] = {
    Continuity.SHORT_GAP: ("CARD_SHORT_GAP", GAP, GAP_OF_ALL),
    Continuity.LOST: ("CARD_CONTINUITY_LOST", LOST, LOST_OF_ALL),
    Continuity.FIRST: ("CARD_FIRST_TIME", FIRST, FIRST_OF_ALL),
}
"""By how a new card follows the old one: the note, for one member and for all alike."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a household; `order` is that of joining in the year, as the SI office says.

    `card_ended_on` is the last day of the card before, None when there was none.
    """

    order: int
    months: int
    card_ended_on: date | None


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """What the SI office says of one payment of a household."""

    members: tuple[Member, ...]
    authority: str
    budget: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Levels:
    """The numbers every member's amount is made of."""

    yardstick: Rate
    rate: Rate
    rounding: Rate

    @property
    def first_member(self) -> Fraction:
        """Return what the first member pays a month."""
        return self.yardstick.value * self.rate.value


def read_household(values: Mapping[str, object]) -> HouseholdFacts:
    """Return a household's facts, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is missing, unknown or of the wrong type, or two members have one
            order.
    """
    body = Body(values)
    body.only("members", "authority", "budget")
    members = tuple(_member(part) for part in body.parts("members", parts_max=MEMBERS_MAX))
    if not members:
        raise body.refused("members", reason="is missing: who is insured")
    for at, member in enumerate(members):
        if member.order in {other.order for other in members[:at]}:
            raise body.refused(f"members[{at}].order", reason="is that of another member")
    return HouseholdFacts(
        members=members,
        authority=body.text("authority") if body.has("authority") else "",
        budget=body.budget(),
    )


def typed_number(number: str) -> str:
    """Return the household's code, which people type, of `<code>/<month>`.

    Raises:
        InputRefused: the number has another shape.
    """
    shape = _NUMBER.fullmatch(number)
    if shape is None:
        raise InputRefused(field="number", reason="is a household code, a slash and YYYY-MM")
    return shape["household"]


def allowed_periods(*, on: date, rates: Rates) -> Sequence[Rate]:
    """Return how many months may be paid at once.

    Raises:
        RateMissing: one of the periods is not known for that day.
    """
    return [rates.in_force(name, on=on) for name in _PERIODS]


def _member(part: Body) -> Member:
    part.only("order", "months", "card_ended_on")
    return Member(
        order=part.whole("order", least=1, most=ORDER_MAX),
        months=part.whole("months", least=1, most=MONTHS_MAX),
        card_ended_on=part.day("card_ended_on") if part.has("card_ended_on") else None,
    )


def _read_facts(values: Mapping[str, object]) -> Facts:
    facts = read_household(values)
    members: list[dict[str, object]] = []
    for member in facts.members:
        kept: dict[str, object] = {"order": member.order, "months": member.months}
        if member.card_ended_on is not None:
            kept["card_ended_on"] = member.card_ended_on.isoformat()
        members.append(kept)
    household: dict[str, object] = {"members": members, "budget": dict(facts.budget)}
    if facts.authority:
        household["authority"] = facts.authority
    return household


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    household = read_household(facts)
    levels = Levels(
        yardstick=rates.in_force(rates.latest(YARDSTICKS, on=on), on=on),
        rate=rates.in_force(f"{_OURS}monthly_rate", on=on),
        rounding=rates.in_force(f"{_OURS}rounding_unit_dong", on=on),
    )
    periods = allowed_periods(on=on, rates=rates)
    for at, member in enumerate(household.members):
        if member.months not in {period.whole for period in periods}:
            told = ", ".join(period.text for period in periods)
            raise PriceRefused(
                code="MONTHS_NOT_ALLOWED",
                field=f"members[{at}].months",
                reason=f"is one of {told}",
            )
    lines = [
        _line(member, levels, beneficiary=beneficiary, budget=household.budget, on=on, rates=rates)
        for member in household.members
    ]
    due = [line for line in _less_paid(lines, paid) if line.amount.is_positive]
    cards = [
        (
            member,
            new_card(member.card_ended_on, months=member.months, paid_on=on, rates=rates),
        )
        for member in household.members
    ]
    notes = list(_cards_notes(cards))
    notes += _level_notes(max(card.last for _, card in cards), on=on, rates=rates)
    if "UNCONFIRMED" in {period.status for period in periods}:
        notes.append(Note("PERIODS_UNCONFIRMED", PERIOD_UNSURE))
    return Priced(None, tuple(due), tuple(notes))


def _line(
    member: Member,
    levels: Levels,
    *,
    beneficiary: str,
    budget: Mapping[str, str],
    on: date,
    rates: Rates,
) -> QuoteLine:
    """Return one member's amount: the last factor is that of all later members too."""
    place = min(member.order, len(_FACTORS)) - 1
    factor = rates.in_force(_FACTORS[place], on=on)
    exact = levels.first_member * factor.value * member.months
    amount = half_up(exact, unit=levels.rounding)
    is_rounded = (exact / levels.rounding.whole).denominator != 1
    statuses = [levels.yardstick.status, levels.rate.status, factor.status]
    first_member = QuoteStep(
        label=FIRST_MEMBER,
        amount=half_up(levels.first_member, unit=levels.rounding),
        base=Money(levels.yardstick.whole),
        rate=levels.rate.text,
        law=levels.yardstick.source,
        status=least_sure([levels.yardstick.status, levels.rate.status]),
        is_part=False,
    )
    share = QuoteStep(
        label=SHARE,
        amount=amount,
        base=first_member.amount,
        count=member.months,
        unit=Unit.MONTH,
        rate=factor.text,
        law=factor.source,
        status=least_sure(statuses),
    )
    return QuoteLine(
        part=f"member_{member.order}",
        label=LABELS[place],
        rule=RULE,
        amount=amount,
        base=Money(levels.yardstick.whole),
        days=0,
        rate=levels.rate.text,
        law=_law(on=on, rates=rates),
        status=least_sure([*statuses, levels.rounding.status] if is_rounded else statuses),
        beneficiary=beneficiary,
        budget=budget,
        steps=(first_member, share),
        rounding=ROUNDING if is_rounded else "",
    )


def _less_paid(lines: Sequence[QuoteLine], paid: Sequence[PaidPart]) -> Iterator[QuoteLine]:
    """Yield each line less what was paid on it, then less what was paid on others in excess."""
    own = {line.part: total(one.amount for one in paid if one.part == line.part) for line in lines}
    used = {line.part: min(own[line.part], line.amount) for line in lines}
    spare = total(one.amount for one in paid) - total(used.values())
    for line in lines:
        more = min(spare, line.amount - used[line.part])
        spare -= more
        yield _less(line, used[line.part] + more)


def _less(line: QuoteLine, paid: Money) -> QuoteLine:
    if paid == ZERO:
        return line
    step = QuoteStep(PAID, -paid, paid)
    return replace(line, amount=line.amount - paid, steps=(*line.steps, step))


def _cards_notes(cards: Sequence[tuple[Member, Card]]) -> Iterator[Note]:
    """Yield each member's notes, or once those of all where they are the same."""
    are_alike = len({(member.card_ended_on, card) for member, card in cards}) == 1
    if are_alike and len(cards) > 1:
        yield from _card_notes(*cards[0], count=len(cards))
        return
    for member, card in cards:
        yield from _card_notes(member, card, count=1)


def _card_notes(member: Member, card: Card, *, count: int) -> Iterator[Note]:
    """Yield what is to be told of a member's card; of more than one, `count` have the same."""
    is_of_all = count > 1
    who: dict[str, NoteValue] = {"count": count} if is_of_all else {"order": member.order}
    days: dict[str, NoteValue] = {"first": card.first, "last": card.last}
    yield Note("CARD_VALID", CARD_OF_ALL if is_of_all else CARD, who | days)
    if card.continuity is Continuity.UNBROKEN:
        return
    code, of_one, of_all = _WARNINGS[card.continuity]
    ended = {} if member.card_ended_on is None else {"ended": member.card_ended_on}
    yield Note(
        code,
        of_all if is_of_all else of_one,
        who | ended,
        is_warning=card.continuity is not Continuity.FIRST,
    )


def _level_notes(covered_until: date, *, on: date, rates: Rates) -> list[Note]:
    """Return when the level changes while these cards hold: no top-up is asked."""
    days = sorted(day for day in rates.changes(rates.latest(YARDSTICKS, on=on)) if on < day)
    if not days or days[0] > covered_until:
        return []
    return [Note("LEVEL_CHANGES", LEVEL_CHANGES, {"day": days[0]})]


def _law(*, on: date, rates: Rates) -> str:
    """Return the law in force: the amendments of 2024 brought the reference level."""
    is_new = rates.known(YARDSTICKS[-1], on=on) is not None
    return LAW if is_new else LAW_BEFORE


def _purpose(facts: Facts, number: str) -> str:
    del facts
    return f"Đóng BHYT hộ gia đình, mã hộ {number}"


def _title(facts: Facts) -> str:
    return f"{NAME}: {len(read_household(facts).members)} người"


def _authority(facts: Facts) -> str:
    return read_household(facts).authority


KIND = ObligationKind(
    code="health_insurance",
    name=NAME,
    sort=Sort.INSURANCE,
    second_facts=frozenset({SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    texts=(
        *LABELS,
        *(RULE, FIRST_MEMBER, SHARE, PAID, ROUNDING, LEVEL_CHANGES, PERIOD_UNSURE),
        *(CARD, GAP, LOST, FIRST, CARD_OF_ALL, GAP_OF_ALL, LOST_OF_ALL, FIRST_OF_ALL),
    ),
    typed=typed_number,
    rates_used=(
        *YARDSTICKS,
        *_FACTORS,
        *_PERIODS,
        *CARD_RATES_USED,
        f"{_OURS}monthly_rate",
        f"{_OURS}rounding_unit_dong",
    ),
)
