"""The payments of one client, a page at a time."""

from dataclasses import replace
from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.obligation import normalised_number
from payments.open_payment import open_payment
from payments.payment import Payment
from payments.postgres.obligation_rows import obligations_by_id
from payments.postgres.payment_list_rows import Wanted, newest_payments
from payments.states import PaymentState
from tests.payments.scene import NOW, RATES, TODAY, inside, order_of, owe, sent


def _opened(
    tx: Tx, *, client: str = "portal", minutes: int = 0, metadata: dict[str, str] | None = None
) -> Payment:
    order = replace(order_of(owe(tx)), client=client, metadata=metadata or {})
    return open_payment(tx, order, rates=RATES, now=NOW + timedelta(minutes=minutes), today=TODAY)


def _numbers(tx: Tx, wanted: Wanted, *, payments_max: int = 10) -> list[str]:
    return [each.number for each in newest_payments(tx, wanted, payments_max=payments_max)]


def test_only_the_clients_own_are_listed_newest_first(tx: Tx) -> None:
    first, second = _opened(tx), _opened(tx)
    _opened(tx, client="ministry")
    assert _numbers(tx, Wanted(client="portal")) == [second.number, first.number]
    assert _numbers(tx, Wanted(client="portal"), payments_max=1) == [second.number]
    assert _numbers(tx, Wanted(client="port%")) == []


def test_what_is_opened_meanwhile_does_not_shift_the_next_page(tx: Tx) -> None:
    made = [_opened(tx) for _ in range(4)]
    page = newest_payments(tx, Wanted(client="portal"), payments_max=2)
    _opened(tx)
    rest = _numbers(tx, Wanted(client="portal", before=page[-1].payment_id))
    assert rest == [made[1].number, made[0].number]


def test_each_filter_leaves_out_what_it_does_not_mean(tx: Tx) -> None:
    other = _opened(tx, metadata={"order": "1", "desk": "7"})
    meant = _opened(tx, minutes=5, metadata={"order": "2", "desk": "7"})
    sent(inside(tx), meant, now=NOW + timedelta(minutes=5))
    (owed,) = obligations_by_id(tx, [meant.lines[0].obligation_id]).values()
    wanted = Wanted(client="portal")
    for filters in (
        replace(wanted, state=PaymentState.PENDING),
        replace(wanted, number=normalised_number(owed.number_shown)),
        replace(wanted, since=NOW + timedelta(minutes=5)),
        replace(wanted, metadata={"order": "2"}),
        replace(wanted, metadata={"order": "2", "desk": "7"}),
    ):
        assert _numbers(tx, filters) == [meant.number], filters
    assert _numbers(tx, replace(wanted, until=NOW + timedelta(minutes=5))) == [other.number]
    assert _numbers(tx, replace(wanted, metadata={"order": "2", "desk": "8"})) == []
    assert len(_numbers(tx, replace(wanted, metadata={"desk": "7"}))) == 2
