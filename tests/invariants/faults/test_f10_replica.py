"""Whether something is paid is never asked of a copy that may be behind."""

from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from ledger.postgres.transaction import Tx
from tests.architecture.sources import PROJECT, tracked
from tests.invariants.faults.at_vnpay import DOOR, PARTNER, at_work, paid, under_way
from tests.payments.scene import payment_of

SOURCES = {"api", "gateways", "ledger", "payments", "reconciliation"}
MAY_LAG = {"api/house.py", "api/composition.py"}
"""What joins the parts; beside it only the console's figures may read what lags behind."""


def test_f10_only_the_console_knows_the_address_that_may_lag_behind():
    readers = {
        str(path)
        for path in tracked()
        if path.suffix == ".py" and path.parts[0] in SOURCES
        if "open_report_tx" in (PROJECT / path).read_text()
    }
    assert {path for path in readers - MAY_LAG if not path.startswith("api/console/")} == set()
    assert readers - MAY_LAG, "the test looks at names nobody uses"


def test_f10_a_payment_lives_without_it(house: House):
    def away() -> AbstractContextManager[Tx]:
        pytest.fail("somebody asked a copy")

    alone = replace(at_work(house), open_report_tx=away, open_auditor_tx=away)
    (reference,) = under_way(alone)
    with TestClient(application(alone)) as door:
        assert door.get(f"{DOOR}?{paid(reference)}", headers=PARTNER).json()["RspCode"] == "00"
    with alone.open_tx() as tx:
        assert payment_of(tx, reference.removesuffix("-1")).state.value == "paid"
