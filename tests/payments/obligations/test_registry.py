"""Finding the kinds of obligation."""

import importlib
import sys
from pathlib import Path

import pytest

from payments import obligations
from payments.errors import InputRefused
from payments.obligations.registry import KINDS, find_kinds


def test_every_file_with_a_kind_is_found_by_its_code():
    assert set(KINDS) >= {"traffic_fine", "demand", "violation_record"}
    assert all(kind.code == code for code, kind in KINDS.items())
    assert find_kinds(obligations) == KINDS


def test_two_files_cannot_claim_one_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "doubled_kinds"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("first", "second"):
        (package / f"{name}.py").write_text("from payments.obligations.demand import KIND\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ValueError, match="demand"):
        find_kinds(importlib.import_module("doubled_kinds"))


def test_no_kind_takes_a_field_it_does_not_know():
    for kind in KINDS.values():
        with pytest.raises(InputRefused):
            kind.read_facts({"unheard_of": 1})


def test_what_can_be_paid_has_a_name_and_texts_to_translate():
    for kind in KINDS.values():
        assert kind.name
        assert kind.is_payable == bool(kind.texts)
