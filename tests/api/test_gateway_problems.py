"""What a gateway's trouble means for whoever wanted to pay there."""

import inspect

from api.gateway_problems import GATEWAYS
from api.problems import problem_of
from gateways import errors


def test_every_trouble_of_a_gateway_has_its_row() -> None:
    known = {kind for _, kind in inspect.getmembers(errors, inspect.isclass)}
    assert set(GATEWAYS) == known


def test_only_where_no_money_moved_a_payer_is_told_to_try_again() -> None:
    for kind, row in GATEWAYS.items():
        is_known = issubclass(kind, errors.Declined | errors.Retryable | errors.Misconfigured)
        assert ("no money moved" in row.title.en) == is_known, kind
        assert ("chưa trừ tiền" in row.title.vi) == is_known, kind
        assert ("Do not pay again" in row.title.en) != is_known, kind


def test_what_a_gateway_said_is_not_told() -> None:
    told = problem_of(errors.Declined("account 0123", raw=b"secret", partner_code="51"))
    assert "0123" not in str(told.document())
    assert "secret" not in str(told.document())
