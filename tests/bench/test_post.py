"""What the bench of posting prints and judges."""

from bench.place import BOOK
from bench.post import (
    BATCH_2,
    BATCH_2_STORED,
    BUDGETS,
    SINGLE_8,
    SINGLE_8_STORED,
    SINGLE_32,
    STORED_BUDGETS,
    TPCB_8,
    Load,
    figures,
    is_met,
    verdicts,
)

QUIET = {
    TPCB_8: [3_000, 2_000, 4_000],
    SINGLE_8: [3_300, 1_000, 4_000],
    SINGLE_32: [3_000, 2_000, 3_000],
    BATCH_2: [50_000, 60_000, 70_000],
}


def test_ratios_are_between_measurements_of_one_round() -> None:
    assert verdicts(QUIET, BUDGETS) == [
        "PASS  single entries, 8 clients, beside TPC-B: 1.00 (at least 0.90)",
        "PASS  single entries, 32 clients beside 8: 0.90 (at least 0.90)",
        "PASS  batches of 1,000, 2 clients, beside TPC-B at 8: 17.50 (at least 3.00)",
    ]


def test_a_ratio_below_its_budget_is_a_miss() -> None:
    slow = {**QUIET, SINGLE_8: [2_690, 1_790, 3_590]}
    assert not is_met(slow, BUDGETS[0])
    told = verdicts(slow, BUDGETS)[0]
    assert told.startswith("MISS  single entries, 8 clients, beside TPC-B: 0.89")


def test_a_full_book_stands_beside_an_empty_one() -> None:
    grown = {
        **QUIET,
        SINGLE_8_STORED: [2_900, 910, 3_700],
        BATCH_2_STORED: [44_000, 53_000, 63_000],
    }
    assert verdicts(grown, STORED_BUDGETS) == [
        "PASS  single entries, 8 clients, full book beside empty: 0.91 (at least 0.90)",
        "MISS  batches of 1,000, 2 clients, full book beside empty: 0.88 (at least 0.90)",
    ]


def test_without_pgbench_nothing_is_judged() -> None:
    rates = {Load("python single", 8): [700]}
    assert all(line.startswith("not measured") for line in verdicts(rates, BUDGETS))
    assert not any(is_met(rates, budget) for budget in (*BUDGETS, *STORED_BUDGETS))


def test_figures_show_the_book_the_median_and_every_round() -> None:
    rates = {TPCB_8: [3_000, 2_000, 4_000], Load("batch", 2, 1_000, BOOK): [70_000]}
    assert [line.split() for line in figures(rates)[1:]] == [
        ["tpcb", "8", "3,000", "3,000", "2,000", "4,000"],
        ["batch", "of", "1,000,", "full", "book", "2", "70,000", "70,000"],
    ]
