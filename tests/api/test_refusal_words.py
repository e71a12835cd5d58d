"""Reasons in Vietnamese: every one this service can give."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from api.refusal_words import vietnamese_of
from payments.errors import InputRefused
from payments.obligation import ObligationStatus
from payments.obligations.body import Body
from payments.spelling import check_latin, check_seen

PAYMENTS: Final = Path(__file__).parents[2] / "payments"
GIVEN: Final[dict[str, tuple[str, ...]]] = {
    "has {} at {}{}": ("has LETTER (U+0410) at 3", "has LETTER (U+0410) at 3 where A is meant"),
    "may push nothing new today{}": (
        "may push nothing new today",
        "may push nothing new today; b took over",
    ),
    "cannot be done: it is {}": tuple(f"cannot be done: it is {each}" for each in ObligationStatus),
    "the law of {} has no {} for this": tuple(
        f"the law of 2012-01-01 has no {each} for this" for each in ("deferral", "instalments")
    ),
}
"""Reasons whose values are more than a number or a name, as they are given."""

GIVES_ITS_OWN = {"NewRefund"}
"""What has a reason of people or of the program itself, which refuses nothing."""


def reasons() -> Iterator[tuple[str, str]]:
    """Yield every reason that stands in the sources, and where; a value in it is `{}`."""
    for path in sorted(PAYMENTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) in GIVES_ITS_OWN:
                continue
            for given in node.keywords:
                if given.arg == "reason":
                    for reason in texts(given.value):
                        yield reason, f"{path.name}:{given.value.lineno}"


def texts(value: ast.expr) -> Iterator[str]:
    """Yield the texts an expression may be, none for one that only hands a reason on."""
    if isinstance(value, ast.IfExp):
        yield from texts(value.body)
        yield from texts(value.orelse)
    elif isinstance(value, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in value.values)
        yield "".join(map(str, parts))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value.value


def test_every_reason_in_the_sources_has_its_words():
    found = list(reasons())
    assert len(found) > 80
    missing = [
        f"{place}: {given}"
        for reason, place in found
        for given in GIVEN.get(reason, (reason.replace("{}", "12"),))
        if not vietnamese_of(given)
    ]
    assert not missing, "\n".join(["", *missing])


def test_numbers_and_places_are_carried_over():
    assert vietnamese_of("is between 1 and 365") == "phải nằm trong khoảng từ 1 đến 365"
    assert vietnamese_of("has at most 20 entries") == "có nhiều nhất 20 mục"


def test_a_look_alike_is_told_with_what_to_type():
    with pytest.raises(InputRefused) as refused:
        check_latin("12\u0410", field="number")
    told = "có ký tự U+0410 ở vị trí 3 chỉ trông giống; hãy gõ A"
    assert vietnamese_of(refused.value.reason) == told


def test_what_cannot_be_seen_is_told_with_its_place():
    with pytest.raises(InputRefused) as refused:
        check_seen("a\u200b", field="name")
    assert "U+200B" in vietnamese_of(refused.value.reason)


@pytest.mark.parametrize("value", [1, None, [], {}, "", "x" * 600, "a\x00", "a\u2028b"])
def test_every_way_a_text_can_be_wrong_has_its_words(value: object):
    with pytest.raises(InputRefused) as refused:
        Body({"title": value}).text("title")
    assert vietnamese_of(refused.value.reason)


def test_a_reason_nobody_has_translated_is_left_out():
    assert vietnamese_of("is unlike anything before") == ""
