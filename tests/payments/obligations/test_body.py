"""Reading a pushed body field by field."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligations.body import AMOUNT_MAX, Body


def test_fields_come_out_as_what_they_are():
    body = Body(
        {
            "count": 3,
            "amount_vnd": 12,
            "on": "2028-02-29",
            "name": " Nguye\u0302\u0303n ",
            "periods": [["2026-01-01", "2026-01-01"]],
            "budget": {"chapter": "009", "area": None},
            "nothing": None,
        }
    )
    assert body.whole("count", least=3, most=3) == 3
    assert body.amount("amount_vnd") == Money(12)
    assert body.day("on") == date(2028, 2, 29)
    assert body.text("name") == "Nguyễn"
    assert body.periods("periods", periods_max=1) == [(date(2026, 1, 1), date(2026, 1, 1))]
    assert body.budget() == {"chapter": "009"}
    assert not body.has("nothing")
    assert not body.has("absent")


def test_an_absent_list_or_budget_is_an_empty_one():
    assert Body({}).periods("periods", periods_max=1) == []
    assert Body({}).parts("parts", parts_max=1) == []
    assert Body({}).budget() == {}


WRONG: list[tuple[Callable[[Body], object], object]] = [
    (lambda body: body.whole("x", least=0, most=9), 10),
    (lambda body: body.whole("x", least=0, most=9), False),
    (lambda body: body.whole("x", least=0, most=9), "5"),
    (lambda body: body.whole("x", least=0, most=9), 5.0),
    (lambda body: body.amount("x"), 0),
    (lambda body: body.amount("x"), AMOUNT_MAX.vnd + 1),
    (lambda body: body.amount("x"), 1.5),
    (lambda body: body.day("x"), "2026-02-29"),
    (lambda body: body.day("x"), "20260228"),
    (lambda body: body.day("x"), "2026-W09-6"),
    (lambda body: body.day("x"), "\u0662026-02-28"),
    (lambda body: body.day("x"), "2100-01-01"),
    (lambda body: body.day("x"), date(2026, 2, 28)),
    (lambda body: body.text("x"), ""),
    (lambda body: body.text("x"), " \n"),
    (lambda body: body.text("x"), "two\nlines"),
    (lambda body: body.text("x"), "\ud800"),
    (lambda body: body.text("x"), 7),
    (lambda body: body.text("x", length_max=3), "four"),
    (lambda body: body.part("x"), []),
    (lambda body: body.part("x"), None),
    (lambda body: body.parts("x", parts_max=1), {}),
    (lambda body: body.parts("x", parts_max=1), [{}, {}]),
    (lambda body: body.periods("x", periods_max=1), "2026"),
    (lambda body: body.code("x"), "a b"),
    (lambda body: body.code("x"), "x" * 21),
]


@pytest.mark.parametrize(("read", "value"), WRONG)
def test_what_cannot_be_right_is_refused_by_name(read: Callable[[Body], object], value: object):
    with pytest.raises(InputRefused) as refused:
        read(Body({"x": value}))
    assert refused.value.field == "x"


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(InputRefused) as refused:
        Body({"known": 1, "other": 2}).only("known")
    assert refused.value.field == "other"


def test_a_field_inside_another_is_named_with_its_path():
    body = Body({"parts": [{}, {"on": "never"}]})
    with pytest.raises(InputRefused) as refused:
        body.parts("parts", parts_max=2)[1].day("on")
    assert refused.value.field == "parts[1].on"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING)
def test_no_value_brings_anything_but_a_refusal(value: object):
    body = Body({"x": value, "budget": value})
    reads: list[Callable[[], object]] = [
        lambda: body.amount("x"),
        lambda: body.day("x"),
        lambda: body.text("x"),
        lambda: body.periods("x", periods_max=2),
        lambda: body.parts("x", parts_max=2),
        body.budget,
    ]
    for read in reads:
        with suppress(InputRefused):
            read()
