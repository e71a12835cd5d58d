"""Letting one authority take over from another."""

from datetime import date

import pytest

from ledger.postgres.transaction import Tx
from payments.end_authority import end_authority
from payments.errors import InputRefused
from payments.postgres.authority_rows import authorities_by_code
from payments.push_authorities import push_authorities
from tests.payments.test_push_authorities import NEW, OLD

LAST = date(2025, 2, 28)


def test_an_ended_authority_names_who_took_over(tx: Tx):
    push_authorities(tx, [NEW, OLD])
    ended = end_authority(tx, "ttgt-hn", on=LAST, successor="csgt")
    assert (ended.in_force_to, ended.successor) == (LAST, "csgt")
    assert authorities_by_code(tx, {"ttgt-hn"}) == {"ttgt-hn": ended}
    assert end_authority(tx, "ttgt-hn", on=LAST, successor="csgt") == ended


def test_an_authority_ends_once(tx: Tx):
    push_authorities(tx, [NEW, OLD])
    end_authority(tx, "ttgt-hn", on=LAST, successor="csgt")
    with pytest.raises(InputRefused, match="ended already"):
        end_authority(tx, "ttgt-hn", on=date(2025, 3, 1), successor="csgt")


@pytest.mark.parametrize(
    ("code", "successor", "field"),
    [("nobody", "csgt", "code"), ("ttgt-hn", "nobody", "successor"), ("csgt", "csgt", "successor")],
)
def test_nobody_takes_over_from_or_as_nobody(tx: Tx, code: str, successor: str, field: str):
    push_authorities(tx, [NEW, OLD])
    with pytest.raises(InputRefused) as refused:
        end_authority(tx, code, on=LAST, successor=successor)
    assert refused.value.field == field


def test_a_line_of_successors_never_leads_back(tx: Tx):
    push_authorities(tx, [NEW, OLD])
    end_authority(tx, "ttgt-hn", on=LAST, successor="csgt")
    with pytest.raises(InputRefused, match="leads back"):
        end_authority(tx, "csgt", on=LAST, successor="ttgt-hn")
