"""Finding the kinds of obligation."""

import importlib
import sys
from pathlib import Path

import pytest

from payments import obligations
from payments.errors import InputRefused
from payments.obligations.contract import Sort
from payments.obligations.registry import KINDS, UNDATED, find_kinds


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


def test_what_asks_for_no_date_is_found_without_one():
    assert {"demand", "fee", "land_notice"} <= UNDATED
    assert not UNDATED & {"traffic_fine", "violation_record"}


def test_each_kind_is_searched_for_where_people_look_for_it():
    by_sort = {sort: {kind.code for kind in KINDS.values() if kind.sort is sort} for sort in Sort}
    assert by_sort == {
        Sort.FINE: {"traffic_fine", "violation_record"},
        Sort.INSURANCE: {"social_insurance", "health_insurance"},
        Sort.FEE: {"fee", "land_notice", "demand"},
    }
