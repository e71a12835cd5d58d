"""What the test command says at its end, for people and for machines that read the last line."""

import pytest

from tests.stages import STAGES, Done, main, run, summary


def test_the_last_line_adds_up_all_tests_in_pytests_own_words():
    done = [
        Done("house rules", 2, is_clean=True, closing="30 passed"),
        Done("basedpyright", 20, is_clean=True, closing=""),
        Done("tests", 60, is_clean=True, closing="400 passed, 2 skipped"),
    ]
    assert summary(done, seconds=82).split("\n")[-1] == "430 passed, 2 skipped in 82s"


def test_a_failure_is_named_and_its_tests_are_counted():
    done = [Done("tests", 60, is_clean=False, closing="1 failed, 9 passed")]
    said = summary(done, seconds=60)
    assert "stopped at tests" in said
    assert said.endswith("1 failed, 9 passed in 60s")


@pytest.mark.parametrize(
    "line",
    [
        "27 passed in 9.38s",
        "===== 27 passed in 9.38s =====",
        "27 passed in 123.45s (0:02:03)",
    ],
)
def test_pytests_closing_line_is_found_in_what_a_step_prints(line: str):
    done = run("shown", ("python", "-c", f"print('...\\n{line}')"))
    assert done.closing == "27 passed"
    assert done.is_clean


def test_a_step_that_fails_is_not_clean():
    assert not run("failing", ("python", "-c", "raise SystemExit(1)")).is_clean


def test_a_stage_that_is_not_there_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
):
    assert main(["lnt"]) == 2
    assert "no stage lnt; there are lint, types, test, journeys" in capsys.readouterr().err


def test_the_cheapest_stage_comes_first():
    assert list(STAGES) == ["lint", "types", "test", "journeys"]
