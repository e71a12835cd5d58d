"""How one obligation stands, told to its authority."""

from dataclasses import replace

import pytest

from ledger.postgres.transaction import Tx
from payments.errors import InputRefused, NotFound
from payments.push_authorities import push_authorities
from payments.report_obligation import Report, report_obligation
from tests.payments.owed import RATES, TODAY, fine, push
from tests.payments.scene import inside, opened, sent
from tests.payments.test_push_authorities import NEW, OLD


def reported(tx: Tx, *, partner: str = "csgt", authority: str | None = None) -> Report:
    return report_obligation(
        tx,
        partner,
        authority=authority,
        kind="traffic_fine",
        number="0012345/qđ-xphc",
        on=TODAY,
        rates=RATES,
    )


def test_what_is_due_and_who_is_paying_is_told(tx: Tx):
    push_authorities(tx, [NEW])
    payment = opened(tx, push(tx, fine()))
    sent(inside(tx), payment)
    report = reported(tx)
    assert report.quote is not None
    assert report.quote.total.vnd == 3_000_000
    assert [(each.number, each.amount.vnd) for each in report.payments] == [
        (payment.number, 3_000_000)
    ]
    assert (report.unpriced, report.successor, list(report.changes)) == ("", None, [])


def test_t05_what_another_pushed_is_not_there(tx: Tx):
    push_authorities(tx, [NEW, replace(OLD, pushed_by="other")])
    push(tx, fine())
    for partner, authority in (("other", None), ("other", "csgt"), ("csgt", "ttgt-hn")):
        with pytest.raises(NotFound):
            reported(tx, partner=partner, authority=authority)


def test_a_number_of_two_authorities_asks_for_one(tx: Tx):
    push_authorities(tx, [NEW, replace(OLD, pushed_by="csgt")])
    push(tx, fine(), replace(fine(), provider=OLD.code))
    with pytest.raises(InputRefused) as refused:
        reported(tx)
    assert refused.value.field == "authority"
    assert reported(tx, authority=OLD.code).obligation.provider == OLD.code
