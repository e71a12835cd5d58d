"""Logs: one JSON line per event, and nothing that looks like a card."""

import contextlib
import json
import sys
from pathlib import Path

import pytest
import structlog

from api.telemetry import start_logs


def test_an_event_is_one_json_line_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(level="info")
    structlog.get_logger().info("payment.captured", amount_vnd=3_013_500)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "payment.captured"
    assert line["amount_vnd"] == 3_013_500


def test_a_card_number_never_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(level="info")
    structlog.get_logger().info("callback.heard", reference="x 4111111111111111 y")
    assert "4111111111111111" not in capsys.readouterr().err


def test_a_long_number_that_is_no_card_stays(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(level="info")
    structlog.get_logger().info("file.received", transaction="4111111111111112")
    assert "4111111111111112" in capsys.readouterr().err


def test_a_line_break_in_a_value_stays_inside_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(level="info")
    structlog.get_logger().info("callback.refused", reason="a\nforged line\x1b[31m")
    assert capsys.readouterr().err.count("\n") == 1


def test_quiet_levels_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs(level="warning")
    structlog.get_logger().info("payment.captured")
    assert capsys.readouterr().err == ""


def test_f54_a_log_without_room_stops_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    went_on: list[bool] = []
    with contextlib.suppress(OSError), Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        start_logs(level="info")
        structlog.get_logger().warning("payment.captured", amount_vnd=1)
        went_on.append(True)  # Closing the stream fails once more, and that is its own affair.
    assert went_on
