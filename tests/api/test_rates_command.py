"""`clearing rates check`: what an operator reads, and the status scripts read."""

from datetime import date
from pathlib import Path

import pytest

from api.command_line import main
from payments.obligations.rates import RATES_FILE, read_rates
from tests.payments.obligations.insured import social, social_price

NEXT_YEAR = """
[[social_insurance.fund_rate_monthly]]
value = "0.0033"
from = 2027-01-01
to = 2027-12-31
source = "Thông báo của BHXH Việt Nam cho năm 2027"
status = "CONFIRMED"
"""


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        main(["rates", "check", "--on", "2026-11-22", *words])
    assert isinstance(leaving.value.code, int)
    return leaving.value.code


def test_the_file_in_use_passes_and_says_what_is_missing_and_what_ends(
    capsys: pytest.CaptureFixture[str],
):
    assert _run() == 0
    told = capsys.readouterr().out
    assert "declared missing 2025-01-01 .. 2025-12-31: Không tìm thấy" in told
    assert "ENDING: ends on 2026-12-31 and nothing follows" in told
    assert "no gap and no overlap" in told
    assert _run("--ahead", "10") == 0
    assert "ENDING: ends on 2026-12-31" not in capsys.readouterr().out


def test_a_gap_nobody_declared_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = RATES_FILE.read_text(encoding="utf-8")
    file = tmp_path / "rates.toml"
    file.write_text(text.replace("to = 2026-12-31", "to = 2026-12-30", 1), encoding="utf-8")
    assert _run("--file", str(file)) == 1
    told = capsys.readouterr().out
    assert "GAP: nothing from 2026-12-31 to 2026-12-31" in told
    assert "1 to mend" in told


@pytest.mark.parametrize("content", [b"a = 1", b"[[", b"\xff\xfe", b" " * 1_000_001])
def test_a_file_that_is_none_is_told_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "rates.toml"
    file.write_bytes(content)
    assert _run("--file", str(file)) == 1
    assert capsys.readouterr().out.startswith(f"{file}: ")


@pytest.mark.parametrize("words", [["--on", "22/11/2026"], ["--ahead", "soon"], ["--ahead", "-1"]])
def test_wrong_usage_is_status_2(words: list[str]):
    with pytest.raises(SystemExit) as leaving:
        main(["rates", "check", *words])
    assert leaving.value.code == 2


def test_a_new_years_rate_is_a_row_of_data_and_the_price_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """What a clerk does in January: one row, one check, and the quote is there."""
    file = tmp_path / "rates.toml"
    file.write_text(RATES_FILE.read_text(encoding="utf-8") + NEXT_YEAR, encoding="utf-8")
    assert _run("--file", str(file), "--ahead", "60") == 0
    assert "2017-01-01 .. 2027-12-31" in capsys.readouterr().out
    facts = social("2027-02", method="AHEAD", months=24, income_vnd=3_500_000, group="none")
    rates = read_rates(file.read_text(encoding="utf-8"))
    (line,) = social_price(facts, on=date(2027, 2, 1), rates=rates).lines
    assert line.amount.vnd == 17_797_564
    assert line.steps[1].status == "CONFIRMED"


@pytest.mark.parametrize("place", ["/nope", "/"])
def test_a_file_that_is_not_there_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], place: str
):
    assert _run("--file", place) == 1
    assert capsys.readouterr().out == f"{place}: there is no such file\n"
