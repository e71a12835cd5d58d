"""Where the running program is found, what may be paid there, and how its pages are judged."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs] (comes without types)
from playwright.sync_api import Page

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
PICTURES_WANTED = "CLEARING_PICTURES"


@dataclass(frozen=True, slots=True)
class Decision:
    """What stands on one paper."""

    number: str
    decided_on: date
    plate: str


@dataclass(frozen=True, slots=True)
class Program:
    """The addresses and keys of a running program, and the decisions in it."""

    citizen: str
    staff: str
    far_side: str
    staff_key: str
    person_keys: Mapping[str, str]
    settings_file: Path
    decisions: tuple[Decision, ...]


def check_accessible(page: Page) -> None:
    """Let axe judge the page as it stands: no rule may be violated."""
    found = Axe().run(page)  # pyright: ignore[reportUnknownMemberType] (comes without types)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def take_picture(page: Page, name: str) -> None:
    """Keep a picture for the README, only when `CLEARING_PICTURES=1` asks for new ones."""
    if os.environ.get(PICTURES_WANTED) == "1":
        SCREENS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


def type_decision(page: Page, decision: Decision, *, english: bool = False) -> None:
    """Fill in the search as it stands on the paper."""
    on = decision.decided_on
    number, day, month, year, plate = (
        (
            "Number of the penalty decision, or of the record",
            "Day",
            "Month",
            "Year",
            "Plate number, or last 4 digits of an identity paper",
        )
        if english
        else (
            "Số quyết định xử phạt, hoặc số biên bản",
            "Ngày",
            "Tháng",
            "Năm",
            "Biển số xe, hoặc 4 số cuối giấy tờ",
        )
    )
    page.get_by_label(number, exact=True).fill(decision.number)
    page.get_by_label(day, exact=True).fill(str(on.day))
    page.get_by_label(month, exact=True).fill(str(on.month))
    page.get_by_label(year, exact=True).fill(str(on.year))
    page.get_by_label(plate, exact=True).fill(decision.plate)
