"""Each operation shows a value for all that must be given; another test sends them."""

from api.partner.examples import ENDPOINT, PAYMENT, REFUND, add_examples


def _operation(name: str, *parameters: dict[str, object]) -> dict[str, object]:
    operation: dict[str, object] = {"operationId": name, "parameters": list(parameters)}
    add_examples(operation)
    return operation


def test_what_must_be_given_is_shown_and_what_may_be_left_out_is_not() -> None:
    operation = _operation(
        "payments_read",
        {"name": "number", "in": "path", "required": True},
        {"name": "limit", "in": "query"},
        {"name": "Idempotency-Key", "in": "header", "required": True},
    )
    assert operation["parameters"] == [
        {"name": "number", "in": "path", "required": True, "example": PAYMENT},
        {"name": "limit", "in": "query"},
        {"name": "Idempotency-Key", "in": "header", "required": True},
    ]


def test_one_name_may_mean_another_thing_at_another_door() -> None:
    given = {"name": "number", "in": "path", "required": True}
    assert _operation("refunds_read", dict(given))["parameters"] == [given | {"example": REFUND}]
    other = {"name": "endpoint_id", "in": "path", "required": True}
    assert _operation("x", dict(other))["parameters"] == [other | {"example": ENDPOINT}]
