"""Something an authority is to be told, and the simulated police that take it in."""

from collections.abc import Callable
from datetime import date, datetime

from pydantic import SecretStr

from api.house import House
from api.partner.delivery import deliverer
from api.settings import Subscriber
from ledger.postgres.transaction import OpenTx, Tx
from payments.authority import Authority, Family
from payments.push_authorities import push_authorities
from payments.settle_payments import settle_payments
from payments.tell_plan import USUAL, TellPlan
from payments.tell_provider import Deliver, Told, tell_provider
from tests.gateways.simulators.far_side import POLICE_SECRET, FarSide
from tests.payments.scene import hear, heard, inside, notice, opened, owe, sent


def register(open_tx: OpenTx, code: str, *, pushed_by: str = "portal") -> None:
    """Register an authority that a partner speaks for."""
    with open_tx() as tx:
        push_authorities(
            tx,
            [
                Authority(
                    code=code,
                    family=Family.POLICE,
                    name=f"Công an {code}",
                    pushed_by=pushed_by,
                    in_force_from=date(2020, 1, 1),
                )
            ],
        )


def pay(tx: Tx, *, is_settled: bool = False, now: datetime) -> None:
    """Pay something owed to `csgt`, and have it settled."""
    payment = opened(tx, owe(tx), now=now)
    word = notice(sent(inside(tx), payment, now=now), at=now)
    hear(tx, heard(word, received_at=now), now=now)
    if is_settled:
        settle_payments(tx, [payment.payment_id], now=now)


def police(far: FarSide, clock: Callable[[], datetime]) -> Deliver:
    """Return the way events reach the simulated police."""
    address = "http://far.test/simulator/police/events"
    subscriber = Subscriber(url=address, secret=SecretStr(POLICE_SECRET))
    return deliverer(far.client, {"csgt": subscriber}, clock)


def tell(house: House, deliver: Deliver, *, now: datetime, plan: TellPlan = USUAL) -> Told:
    """Tell everything that is due."""
    return tell_provider(house.open_tx, deliver, now=now, limit_max=1_000, plan=plan)
