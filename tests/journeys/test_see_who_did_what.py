"""The audit records as staff see them: what they just did stands first."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.program import Program, check_accessible, take_picture


def test_whoever_came_in_finds_that_recorded(page: Page, program: Program) -> None:
    page.goto(program.staff)
    page.get_by_label("Khóa truy cập").fill("not the key of this house")
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_label("Khóa truy cập").fill(program.staff_key)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="Nhật ký thao tác").click()

    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Xem nhật ký thao tác")
    expect(rows.nth(2)).to_contain_text("Đăng nhập")
    expect(rows.nth(3)).to_contain_text("Khóa truy cập không đúng")
    check_accessible(page)
    take_picture(page, "audit")

    page.get_by_role("link", name="staff:unknown").first.click()
    expect(page.get_by_label(re.compile("^Người thực hiện"))).to_have_value("staff:unknown")
    expect(page.get_by_text("Xem nhật ký thao tác", exact=True)).to_be_hidden()

    page.get_by_label(re.compile("^Người thực hiện")).fill("Lân")
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("chữ không dấu")
    check_accessible(page)

    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Audit records")).to_be_visible()
    check_accessible(page)
