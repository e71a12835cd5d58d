"""Every refusal has its status and its words in both languages."""

from datetime import date

import pytest
from starlette.exceptions import HTTPException

from api.problem_row import Words
from api.problems import TABLE, problem_of
from ledger import errors as ledger_errors
from ledger.money import Money
from payments import errors as payments_errors
from reconciliation import errors as reconciliation_errors


def _classes(root: type[Exception]) -> list[type[Exception]]:
    return [root, *(found for child in root.__subclasses__() for found in _classes(child))]


ALL = [
    *_classes(payments_errors.PaymentsError),
    *_classes(ledger_errors.BookRefused),
    *_classes(ledger_errors.InstantOpen),
    ledger_errors.BookUnreachable,
    *_classes(reconciliation_errors.ReconciliationError),
]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_class_has_a_row_of_its_own_or_of_its_family(kind: type[Exception]) -> None:
    assert any(parent in TABLE for parent in kind.__mro__)


@pytest.mark.parametrize("kind", _classes(payments_errors.PaymentsError)[1:])
def test_what_a_caller_did_wrong_is_never_called_our_fault(kind: type[Exception]) -> None:
    row = next(TABLE[parent] for parent in kind.__mro__ if parent in TABLE)
    assert row.type != "internal"


def test_a_day_that_closed_in_that_moment_asks_for_the_same_call_again() -> None:
    problem = problem_of(ledger_errors.DayClosed(date(2026, 11, 23)))
    assert (problem.status, problem.type) == (503, "unavailable")


def test_every_row_speaks_both_languages() -> None:
    for row in TABLE.values():
        assert row.title.vi
        assert row.title.en
        assert row.title.vi != row.title.en


def test_a_document_names_the_field_and_the_reason() -> None:
    refused = payments_errors.InputRefused(field="amount_vnd", reason="is a whole number")
    document = problem_of(refused).document()
    assert document["status"] == 422
    assert document["errors"] == [{"field": "amount_vnd", "reason": "is a whole number"}]
    assert document["type"] == "urn:clearing:problem:input-refused"
    assert str(document["instance"]).endswith(str(document["support_code"]))


def test_a_refused_price_names_its_rule() -> None:
    refused = payments_errors.PriceRefused(code="METHOD_TOO_LATE", field="method", reason="is over")
    document = problem_of(refused).document()
    assert document["rule"] == "METHOD_TOO_LATE"
    assert document["type"] == "urn:clearing:problem:price-refused"
    assert document["errors"] == [{"field": "method", "reason": "is over"}]


def test_a_changed_amount_tells_what_is_due() -> None:
    change = payments_errors.AmountChanged(shown=Money(1), due=Money(2))
    assert problem_of(change).fields == (("shown_total_vnd", "due today: 2"),)


def test_what_nobody_foresaw_is_our_fault_and_says_nothing_of_its_inside() -> None:
    problem = problem_of(ZeroDivisionError("secret"))
    assert problem.status == 500
    assert "secret" not in str(problem.document())


@pytest.mark.parametrize("status", [401, 403, 404, 405, 413, 429, 503])
def test_a_refused_request_keeps_its_status(status: int) -> None:
    problem = problem_of(HTTPException(status))
    assert problem.status == status
    assert problem.title != Words("", "")


def test_two_problems_never_share_a_support_code() -> None:
    codes = {problem_of(ValueError()).support_code for _ in range(100)}
    assert len(codes) == 100
