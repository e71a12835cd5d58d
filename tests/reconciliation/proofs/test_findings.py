"""What speaks against a proof: few by name, all by number."""

from reconciliation.proofs.contract import Holds, Violated
from reconciliation.proofs.findings import NAMED_MAX, Findings, counted


def test_without_findings_a_proof_holds():
    findings = Findings()
    findings.add_some([], total=0)
    findings.add_first([], limit=100)
    assert findings.outcome(looked_at="7 rows") == Holds("7 rows")


def test_only_the_first_rows_are_named_and_all_are_counted():
    findings = Findings()
    findings.add("first")
    findings.add_some([f"row {number}" for number in range(20)], total=500)
    findings.add("too late for a name")
    outcome = findings.outcome(looked_at="")
    assert isinstance(outcome, Violated)
    assert len(outcome.rows) == NAMED_MAX
    assert outcome.rows[:2] == ("first", "row 0")
    assert outcome.total == 502
    assert outcome.is_counted


def test_a_search_that_stopped_at_its_limit_did_not_count_all():
    findings = Findings()
    findings.add_first(["a", "b"], limit=3)
    assert findings.outcome(looked_at="") == Violated(("a", "b"), 2, is_counted=True)
    findings.add_first(["c", "d", "e"], limit=3)
    findings.add_first(["f"], limit=3)
    assert findings.outcome(looked_at="") == Violated(tuple("abcdef"), 6, is_counted=False)


def test_numbers_are_told_with_what_they_count():
    assert counted(1, one="entry", many="entries") == "1 entry"
    assert counted(0, one="entry", many="entries") == "0 entries"
    assert counted(1_234, one="entry", many="entries") == "1,234 entries"
