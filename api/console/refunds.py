"""Money on its way back: what waits, and one refund with everything that stands behind it."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.access.staff_session import Staff, staff_of
from api.clock import vietnam_day
from api.console.movement_words import movement_word
from api.console.refund_codes import refund_code
from api.console.refund_words import document_words, outcome_words, reason_words
from api.console.words import word
from api.house import House
from api.language import Speech
from api.page import in_both_languages
from api.staff_right import StaffRight
from ledger.audit_record import Act, StockReason
from ledger.entry import Entry
from ledger.postgres import audit_rows
from ledger.postgres.audit_rows import KeptRecord
from ledger.postgres.entry_rows import entries_by_key
from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.payment import Payment
from payments.payment_number import is_refund_number
from payments.postgres import (
    payment_rows,
    refund_finding_rows,
    refund_list_rows,
    refund_rows,
    taken_rows,
)
from payments.postgres.obligation_rows import obligations_by_id
from payments.postgres.refund_list_rows import RefundsWanted, StepTaken
from payments.refund import (
    Ending,
    Finding,
    Holder,
    Refund,
    Settlement,
    digest_of,
    may_be_found_out,
)
from payments.refund_states import RefundState
from payments.taken_sum import TakenSum

ROWS_MAX: Final = 50
RECORDS_MAX: Final = 100
_MOVEMENTS: Final = ("identified", "refund_granted", "refunded", "claimed", "made_good")
VIEWS: Final = frozenset({Act.VIEW_REFUNDS})
"""Acts that are left out of who did what: looking changed nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which refunds to show, as asked for; None is all."""

    state: RefundState | None = None
    before: str = ""

    def query(self, *, before: str = "") -> str:
        """Return the part of the address that asks for another page."""
        words = {"state": self.state or "", "before": before}
        return urlencode({name: value for name, value in words.items() if value})


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed at one refund, shown again when it is sent back."""

    reason: str = ""
    bank_reference: str = ""
    paid_on: str = ""
    paid_by: str = ""
    decision: str = ""
    settlement: str = ""
    document: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that is not as it was shown."""

    what: str
    seen: str
    by_now: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that stands behind one refund."""

    refund: Refund
    payment: Payment
    obligation: str
    takings: Sequence[TakenSum]
    entries: Sequence[Entry]
    findings: Sequence[Finding]
    steps: Sequence[StepTaken]
    records: Sequence[KeptRecord]


def routes(house: House) -> APIRouter:
    """Return the pages of refunds; what may be done there is in `refund_acts`."""
    pages = APIRouter()

    @pages.get("/refunds")
    def read_all(
        request: Request, *, state: RefundState | None = None, before: str = ""
    ) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        asked = Asked(state, before)
        with house.open_tx() as tx:
            audit_rows.record(
                tx, staff.doer(StockReason.OPENED_PAGE).did(Act.VIEW_REFUNDS, to="all")
            )
            last = refund_known(tx, before).refund_id if before else None
            wanted = RefundsWanted(state=state, before=last)
            found = refund_list_rows.newest_refunds(tx, wanted, limit_max=ROWS_MAX + 1)
        page = house.pages.show(
            request,
            "console/refunds.html",
            asked=asked,
            states=list(RefundState),
            rows=found[:ROWS_MAX],
            has_older=len(found) > ROWS_MAX,
            age=partial(_age, house.today()),
            code=partial(refund_code, house.pages.speech(request)),
            reason=partial(reason_words, house.pages.speech(request)),
            staff=staff,
            may_propose=staff.may(StaffRight.REFUNDS_PROPOSE),
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    @pages.get("/refunds/{number}")
    def read_one(request: Request, number: str) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        return refund_page(house, request, staff, number)

    return in_both_languages(pages)


def refund_page(
    house: House,
    request: Request,
    staff: Staff,
    number: str,
    *,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> Response:
    """Return the page of one refund; `seen` is what an approver had before them and is not so.

    Raises:
        NotFound: there is none of this number.
    """
    speech = house.pages.speech(request)
    with house.open_tx() as tx:
        refund = refund_known(tx, number)
        doer = staff.doer(StockReason.OPENED_PAGE)
        case = _case(tx, refund)
        is_due_no_more = taken_rows.may_be_called_off(tx, refund)
        audit_rows.record(tx, doer.did(Act.VIEW_REFUNDS, to=f"refund:{refund.number}"))
    page = house.pages.show(
        request,
        "console/refund.html",
        status=422 if errors else 409 if seen is not None else 200,
        here=f"/refunds/{refund.number}",
        case=case,
        changed=() if seen is None else _changed(refund, seen, speech),
        typed=typed or Typed(),
        errors=errors or {},
        digest=digest_of(refund).hex(),
        seen=_before_them(refund),
        settlements=list(Settlement),
        holders=list(Holder),
        endings=list(Ending),
        is_to_find_out=may_be_found_out(refund, now=house.clock()),
        proposed=RefundState.PROPOSED,
        staff=staff,
        is_own=refund.proposed_by == staff.actor,
        may_approve=staff.may(StaffRight.REFUNDS_APPROVE),
        may_record=staff.may(StaffRight.REFUNDS_APPROVE),
        is_due_no_more=is_due_no_more,
        code=partial(refund_code, speech),
        reason=partial(reason_words, speech),
        document=partial(document_words, speech),
        outcome=partial(outcome_words, speech),
        word=partial(word, speech),
        movement=partial(movement_word, speech),
        token=staff.token(),
        staff_token=staff.token(),
    )
    return staff.remember(page, now=house.clock())


def refund_known(tx: Tx, number: str) -> Refund:
    """Return the refund of this number.

    Raises:
        NotFound: there is none.
    """
    refund = refund_rows.by_number(tx, number) if is_refund_number(number) else None
    if refund is None:
        raise NotFound(number)
    return refund


def _age(today: date, refund: Refund) -> int:
    return (today - vietnam_day(refund.proposed_at)).days


def _case(tx: Tx, refund: Refund) -> Case:
    payment = payment_rows.by_id(tx, refund.payment_id)
    assert payment is not None, "a refund is of a payment"
    takings = taken_rows.sums_of_payment(tx, refund.payment_id)
    taken = next(each for each in takings if each.capture_id == refund.capture_id)
    wanted = () if refund.obligation_id is None else (refund.obligation_id,)
    owed = obligations_by_id(tx, wanted)
    entries = entries_by_key(tx, [taken.entry_key, *_entry_keys(refund)])
    records = audit_rows.newest(tx, subject=f"refund:{refund.number}", limit_max=RECORDS_MAX)
    return Case(
        refund=refund,
        payment=payment,
        obligation="".join(owed[each].number_shown for each in wanted),
        takings=takings,
        entries=list(entries.values()),
        findings=refund_finding_rows.findings_of(tx, refund.refund_id),
        steps=refund_list_rows.steps_of(tx, refund.refund_id),
        records=[each for each in records if each.record.action not in VIEWS],
    )


def _entry_keys(refund: Refund) -> tuple[str, ...]:
    return tuple(f"{movement}:{refund.number}" for movement in _MOVEMENTS)


def _before_them(refund: Refund) -> str:
    """Return what an approver has before them, for the form to bring back."""
    return base64.urlsafe_b64encode(json.dumps(_agreed(refund)).encode()).decode()


def _agreed(refund: Refund) -> dict[str, str]:
    return {
        "amount": str(refund.amount.vnd),
        "cause": refund.cause,
        "route": refund.route,
        "reason": refund.reason,
        "document": refund.document,
        "state": refund.state,
    }


_NAMES: Final = {
    "amount": "Số tiền",
    "cause": "Nguyên nhân",
    "route": "Cách hoàn",
    "reason": "Lý do",
    "document": "Văn bản",
    "state": "Tình trạng",
}


def _changed(refund: Refund, seen: str, speech: Speech) -> list[Changed]:
    """Return what is not as it was shown; what cannot be read was shown by nobody."""
    try:
        before: dict[str, str] = json.loads(base64.urlsafe_b64decode(seen.encode()))
        was = {name: str(before[name]) for name in _NAMES}
    except (ValueError, TypeError, KeyError):
        was = dict.fromkeys(_NAMES, "?")
    now = _agreed(refund)
    return [
        Changed(speech.say(words), was[name], now[name])
        for name, words in _NAMES.items()
        if was[name] != now[name]
    ]
