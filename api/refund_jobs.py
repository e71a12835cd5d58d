"""When refunds are ordered at their gateways, and when gateways are asked about them."""

from functools import partial
from typing import Final

from api.access.staff_session import actor_may
from api.house import House
from api.schedule import Fenced, Job
from api.staff_right import StaffRight
from payments.ask_refunds import ask_refunds
from payments.send_refunds import send_refunds

LIMIT_MAX: Final = 50
"""Refunds ordered, and asked about, in one round."""


def refund_jobs(house: House) -> list[Job]:
    """Return the jobs that send money back; a person approved each of them before."""

    def send(fenced: Fenced) -> object:
        return send_refunds(
            fenced(house.open_tx),
            house.gateways,
            calendar=house.calendar,
            signer=house.signer,
            may_approve=partial(actor_may, house.settings, StaffRight.REFUNDS_APPROVE),
            now=house.clock(),
            limit_max=LIMIT_MAX,
        )

    def ask(fenced: Fenced) -> object:
        return ask_refunds(
            fenced(house.open_tx),
            house.gateways,
            calendar=house.calendar,
            signer=house.signer,
            now=house.clock(),
            limit_max=LIMIT_MAX,
        )

    return [Job("send_refunds", send, every_s=10), Job("ask_refunds", ask, every_s=30)]
