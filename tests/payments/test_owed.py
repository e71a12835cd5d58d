"""What payments are for, as it stands while it is locked."""

from dataclasses import replace

from payments.obligation import ObligationStatus
from tests.payments.test_event import owed


def test_a_locked_obligation_differs_by_its_status_alone_once_paid():
    again = replace(owed(5), status=ObligationStatus.OPEN)
    assert again != owed(5)
    assert replace(again, status=ObligationStatus.PAID) == owed(5)
