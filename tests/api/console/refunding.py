"""Scenes of the console: money that came twice, and what is typed about it."""

from fastapi.testclient import TestClient
from httpx2 import Response

from api.house import House
from gateways.errors import OutcomeUnknown
from payments.approve_refund import approve_refund
from payments.change_obligations import change_obligations
from payments.obligation_change import ChangeOutcome, ObligationChange
from payments.postgres.refund_list_rows import RefundsWanted, newest_refunds
from payments.refund import Refund, RefundRoute, Wanted, digest_of
from payments.reject_refund import reject_refund
from payments.request_refund import request_refund
from tests.api.citizen.payer import (
    ChangeAct,
    Payer,
    change_late_fine,
    forms_of,
    hear,
    late_fine,
    owe_late_fine,
)
from tests.payments.refunding import RefundingGateway, approved, ordered, standing
from tests.payments.refunding import paid_twice as a_surplus


def paid_twice(house: House) -> Refund:
    """Let a citizen pay the late fine twice at one gateway; return what is proposed by itself."""
    owe_late_fine(house)
    gone = Payer(house).go()
    hear(house, gone)
    hear(house, gone, transaction="14422575")
    return newest(house)


def cancelled_once_paid(house: House) -> Refund:
    """Let an authority cancel the late fine after it was paid; return what is proposed."""
    owe_late_fine(house)
    hear(house, Payer(house).go())
    change_late_fine(house, ChangeAct.CANCEL)
    return newest(house)


def lowered_and_raised(house: House) -> Refund:
    """Return a refund the State was to give back, approved before the fine was raised again."""
    owe_late_fine(house)
    hear(house, Payer(house).go())
    fine_vnd = late_fine().facts["fine_vnd"]
    assert isinstance(fine_vnd, int)
    _correct(house, fine_vnd // 2, document="2/QĐ")
    refund = by_another_way(house, newest(house), RefundRoute.STATE_PROCEDURE)
    _correct(house, fine_vnd, document="3/QĐ")
    return refund


def _correct(house: House, vnd: int, *, document: str) -> None:
    late = late_fine()
    change = ObligationChange(
        provider=late.provider,
        kind=late.kind,
        number=late.number,
        act=ChangeAct.CORRECT,
        reason="Đính chính",
        document=document,
        facts={**late.facts, "fine_vnd": vnd},
    )
    with house.open_tx() as tx:
        (verdict,) = change_obligations(
            tx, [change], keys=house.personal_keys, rates=house.rates, now=house.clock()
        )
    assert verdict.outcome is ChangeOutcome.CHANGED, verdict


def by_another_way(house: House, refund: Refund, route: RefundRoute) -> Refund:
    """Return the refund in another's place that goes back this way, approved by two people."""
    with house.open_tx() as tx:
        reject_refund(tx, refund.number, by="staff:ketoan2", now=house.clock())
        wanted = Wanted(refund.capture_id, "x", obligation_id=refund.obligation_id, route=route)
        again = request_refund(tx, wanted, by="staff:ketoan2", now=house.clock())
        return approve_refund(
            tx, again.number, digest=digest_of(again), by="staff:ketoan1", now=house.clock()
        )


def lost_sight_of(house: House) -> Refund:
    """Return a refund whose order got no answer, months ago."""
    with house.open_tx() as tx:
        refund = approved(tx, a_surplus(tx))
        lost = RefundingGateway(said=[OutcomeUnknown("nothing came")])
        ordered(tx, lost)
        return standing(tx, refund)


def newest(house: House) -> Refund:
    """Return the newest refund as it stands by now."""
    with house.open_tx() as tx:
        return newest_refunds(tx, RefundsWanted(), limit_max=1)[0]


def send(browser: TestClient, page: Response, action: str, **typed: str) -> Response:
    """Send the form of a page that leads to `action`, with some values filled in.

    What approves may reject as well: one form has both buttons.
    """
    both = {action, action.replace("/reject", "/approve")}
    (form,) = [each for each in forms_of(page) if each.action in both]
    return browser.post(action, data=form.values | typed)
