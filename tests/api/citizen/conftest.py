"""What every page test begins with: a browser, and one late fine in the house."""

import pytest

from api.house import House
from tests.api.citizen.payer import Payer, owe_late_fine


@pytest.fixture
def payer(house: House) -> Payer:
    """Give a browser without cookies; one late fine of 3,013,500 dong is in the house."""
    owe_late_fine(house)
    return Payer(house)
