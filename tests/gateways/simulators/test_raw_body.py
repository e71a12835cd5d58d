"""Bodies up to a limit."""

from gateways.simulators.police import EVENTS_PATH
from gateways.simulators.raw_body import BODY_BYTES_MAX
from tests.gateways.simulators.far_side import FarSide


def test_a_body_at_the_limit_is_read_and_a_longer_one_refused(far: FarSide):
    assert far.client.post(EVENTS_PATH, content=b"x" * BODY_BYTES_MAX).status_code == 401
    assert far.client.post(EVENTS_PATH, content=b"x" * (BODY_BYTES_MAX + 1)).status_code == 413
