"""Finding the kinds of obligation."""

import pytest

from payments.errors import InputRefused
from payments.obligations.registry import KINDS, find_kinds


def test_every_file_with_a_kind_is_found_by_its_code():
    assert set(KINDS) >= {"traffic_fine", "demand", "violation_record"}
    assert all(kind.code == code for code, kind in KINDS.items())
    assert find_kinds() == KINDS


def test_no_kind_takes_an_empty_body():
    for kind in KINDS.values():
        with pytest.raises(InputRefused):
            kind.read_facts({})
