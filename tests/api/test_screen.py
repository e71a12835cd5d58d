"""What a person at a terminal reads."""

import pytest

from api.screen import Steps, counted, dong, seconds, show


def test_a_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show("đã nộp")
    assert capsys.readouterr().out == "đã nộp\n"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0.0"), (49, "0.0"), (50, "0.1"), (1_949, "1.9"), (60_000, "60.0")],
)
def test_seconds_have_one_decimal(milliseconds: int, text: str) -> None:
    assert seconds(milliseconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines"), (1_000, "1,000 lines")]
)
def test_one_is_told_as_one(count: int, text: str) -> None:
    assert counted(count, "line") == text


def test_amounts_stand_in_a_column() -> None:
    assert len(dong(0)) == len(dong(999_999_999_999)) == 20
    assert dong(3_013_500).strip() == "3,013,500"


def test_each_step_is_counted_and_its_work_returned(capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps(total=2)
    assert steps.take("tables", lambda: 7) == 7
    steps.take("pages", lambda: None)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("[1/2] tables .")
    assert second.startswith("[2/2] pages .")
