"""The far sides for every test here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.simulators.store import Store
from tests.gateways.simulators.far_side import FarSide, far_side, store_in


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarSide]:
    """Give far sides that nobody listens to."""
    with far_side(tmp_path) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty memory."""
    with store_in(tmp_path) as opened:
        yield opened
