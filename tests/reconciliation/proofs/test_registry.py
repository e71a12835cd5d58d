"""Proofs are found by standing in the folder, and sorted by their numbers."""

from pathlib import Path

from reconciliation import proofs
from reconciliation.proofs.registry import find_proofs


def test_every_proof_is_found_in_the_order_of_its_number():
    assert [proof.id for proof in find_proofs()] == [
        *("I1", "I2", "I3", "I4", "I5", "I6", "I8"),
        *("I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "I18"),
    ]


def test_no_file_that_names_a_proof_is_left_out():
    (folder,) = proofs.__path__
    named = [path for path in Path(folder).glob("*.py") if "\nPROOF: " in path.read_text()]
    assert len(named) == len(find_proofs())


def test_sentences_differ_and_fit_on_a_line():
    sentences = [proof.sentence for proof in find_proofs()]
    assert len(set(sentences)) == len(sentences)
    assert all(len(sentence) < 50 for sentence in sentences)
