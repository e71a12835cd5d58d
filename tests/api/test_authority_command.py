"""`clearing authority`: what an operator does to the register, and the record of it."""

import argparse

import pytest

from api.authority_command import act, add_authority
from api.house import House
from ledger.postgres.audit_rows import newest
from payments.postgres.authority_rows import authorities_by_code

ADD = [
    *("add", "csgt-hn", "--family", "police", "--name", "Phòng CSGT Hà Nội"),
    *("--from", "2020-01-01", "--reason", "Công văn 12"),
]
END = ["end", "csgt-hn", "--on", "2025-02-28", "--reason", "Nghị quyết 176"]


def said(house: House, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    add_authority(parser.add_subparsers().add_parser)
    status = act(house, parser.parse_args(["authority", *words]))
    return status, capsys.readouterr().out


def records(house: House) -> list[tuple[str, str, str]]:
    with house.open_tx() as tx:
        return [
            (each.record.action, each.record.subject, each.record.reason)
            for each in newest(tx, limit_max=9)
        ]


def test_one_is_registered_listed_and_recorded_once(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "csgt-hn is registered; the key of portal speaks for it\n"
    assert said(house, capsys, *ADD, "--pushed-by", "portal") == (0, told)
    again = said(house, capsys, *ADD, "--pushed-by", "portal")
    assert again == (0, "csgt-hn is registered already\n")
    _, listed = said(house, capsys, "list")
    assert "csgt-hn          police           from 2020-01-01  Phòng CSGT Hà Nội" in listed
    assert "1 registered" in listed
    assert records(house) == [("authority.register", "authority:csgt-hn", "Công văn 12")]


def test_who_has_no_key_yet_is_told_how_to_get_one(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = said(house, capsys, *ADD)
    assert status == 0
    assert "warning: csgt-hn has no key" in told
    assert "clearing partner key issue" in told


def test_an_unknown_family_is_told_the_plain_choices(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        said(house, capsys, *("foo" if word == "police" else word for word in ADD))
    told = capsys.readouterr().err
    assert "police" in told
    assert "Family." not in told


def test_one_ends_with_who_takes_over(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    said(house, capsys, *ADD)
    said(house, capsys, *ADD[:1], "csgt", *ADD[2:], "--pushed-by", "portal")
    assert said(house, capsys, *END, "--successor", "csgt") == (
        0,
        "csgt-hn ends on 2025-02-28; csgt takes over\n",
    )
    assert "to 2025-02-28, then csgt" in said(house, capsys, "list")[1]
    assert records(house)[0] == ("authority.end", "authority:csgt-hn", "Nghị quyết 176")
    with house.open_tx() as tx:
        assert authorities_by_code(tx, {"csgt-hn"})["csgt-hn"].successor == "csgt"


@pytest.mark.parametrize(
    "words",
    [
        END,
        [*ADD[:1], "a b", *ADD[2:]],
        [*ADD[:-1], ""],
    ],
)
def test_what_cannot_be_done_leaves_no_trace(
    house: House, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    status, told = said(house, capsys, *words)
    assert (status, told.startswith("not done: ")) == (1, True)
    assert records(house) == []
    assert said(house, capsys, "list")[1] == "0 registered\n"


@pytest.mark.parametrize("words", [["--from", "heute"], ["--items-per-minute", "0"]])
def test_what_is_no_day_and_no_count_is_wrong_usage(
    house: House, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit):
        said(house, capsys, *ADD, *words)
