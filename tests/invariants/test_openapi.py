"""The document of the partner API against the program: nothing breaks, nothing is undocumented."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# (schemathesis leaves open what its checks and cases are generic in)

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.application import application
from api.house import House
from api.sandbox import sample_decisions
from api.start_payment import open_for
from payments.push_authorities import push_authorities
from payments.push_obligations import push_obligations
from tests.api.conftest import PARTNER_KEY, house
from tests.invariants.test_bad_input import PORTAL

__all__ = ["house"]

Operation = APIOperation[Any, Any, Any, Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HEADERS = {"host": "partner.test", "authorization": f"Bearer {PARTNER_KEY}"}
EXAMPLES = max(6, settings().max_examples // 16)
"""How often each operation is asked: a few times, by night some hundred."""


def _payment(house: House) -> str:
    """Return the number of a payment that there is."""
    (decision, *_) = sample_decisions(house.today())
    with house.open_tx() as tx:
        push_authorities(tx, [PORTAL])
        (pushed,) = push_obligations(tx, [decision], keys=house.personal_keys, now=house.clock())
        assert pushed.obligation_id is not None
        opened = open_for(
            tx,
            house,
            obligation_ids=[pushed.obligation_id],
            shown=None,
            language="vi",
            client="portal",
        )
    return opened.number


def _fits(operation: Operation, *, number: str) -> None:
    """Ask an operation whatever its schema allows, and hold each answer to the document."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=operation.as_strategy(), is_ours=st.booleans())
    def fits(case: Case[Any], is_ours: bool) -> None:  # noqa: FBT001 (hypothesis names it)
        if is_ours and "number" in case.path_parameters:
            case.path_parameters["number"] = number
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    fits()


def test_whatever_the_document_allows_is_answered_as_it_says(house: House) -> None:
    number = _payment(house)
    schema = schemathesis.openapi.from_asgi(
        "/v1/openapi.json", application(house), headers={"host": "partner.test"}
    )
    operations: list[Operation] = [
        found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)
    ]
    assert len(operations) > 20
    for operation in operations:
        _fits(operation, number=number)
