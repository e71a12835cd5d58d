"""A result as one line for people."""

from reconciliation.proofs.contract import Holds, Result, Violated
from reconciliation.proofs.line import line


def test_what_holds_says_how_much_was_looked_at():
    result = Result("I1", "books balance", Holds("1,234 entries, 2,468 transfers"))
    assert line(result) == "I1  holds     books balance: 1,234 entries, 2,468 transfers"


def test_numbers_of_two_digits_stand_in_the_same_columns():
    result = Result("I16", "closed days are unchanged", Holds("2 closed days"))
    assert line(result) == "I16 holds     closed days are unchanged: 2 closed days"


def test_what_is_violated_names_its_rows():
    result = Result("I2", "nothing is lost", Violated(("order A", "order B"), 2))
    assert line(result) == "I2  violated  nothing is lost: 2 against it: order A; order B"


def test_rows_beyond_the_named_ones_are_counted():
    result = Result("I2", "nothing is lost", Violated(("order A",), 1_001))
    assert line(result) == (
        "I2  violated  nothing is lost: 1,001 against it: order A; and 1,000 more"
    )


def test_a_search_that_stopped_says_so():
    result = Result("I1", "books balance", Violated(("order A",), 100, is_counted=False))
    assert line(result) == (
        "I1  violated  books balance: 100 or more against it: order A; and 99 more"
    )
