"""The end of a day as staff see it: three sides equal, every clearing account at zero."""

import re
import subprocess
import sys

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PROJECT
from tests.journeys.program import Program, check_accessible, take_picture, type_decision


def _sign_in(page: Page, program: Program) -> None:
    page.goto(program.staff)
    check_accessible(page)
    page.get_by_label("Khóa truy cập").fill(program.staff_key)
    page.get_by_role("button", name="Đăng nhập").click()


def _close_day(program: Program) -> str:
    command = [sys.executable, "-m", "api.command_line"]
    options = ["--settings", str(program.settings_file), "close-day"]
    done = subprocess.run(
        [*command, *options], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _pay(page: Page, program: Program) -> None:
    """Pay the fine that other journeys leave unpaid, so that the day holds money."""
    page.goto(f"{program.citizen}/find-fine")
    type_decision(page, program.decisions[2])
    page.get_by_role("button", name="Tìm khoản phạt").click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name=re.compile("^Nộp ")).click()
    page.get_by_role("button", name="Thanh toán", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nộp")


def test_the_day_closes_and_its_report_can_be_printed(page: Page, program: Program) -> None:
    _pay(page, program)
    _sign_in(page, program)
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")
    expect(page.get_by_text("receivable:vnpay")).to_be_visible()
    check_accessible(page)

    assert "Clearing accounts: every batch at zero" in _close_day(program)
    page.reload()
    expect(page.get_by_text("Mọi tài khoản trung gian bằng 0")).to_be_visible()
    take_picture(page, "today")
    page.get_by_role("link", name=re.compile("20[0-9]{2}$")).first.click()

    expect(page.get_by_text("Chênh lệch không giải thích được: 0\u00a0đ.")).to_be_visible()
    check_accessible(page)
    take_picture(page, "day-report")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_hidden()
    page.emulate_media(media="screen")

    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("Unexplained difference: VND\u00a00.")).to_be_visible()
    check_accessible(page)
    page.get_by_role("link", name="Trial balance").click()
    expect(page.get_by_role("heading", name="Both sides are equal")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
