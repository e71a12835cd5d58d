"""What insurance costs, computed by a person with a keyboard, in both languages."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.program import Program, check_accessible, take_picture


def test_a_family_sees_what_its_insurance_costs_and_mends_what_it_typed(
    page: Page, program: Program
) -> None:
    page.goto(program.citizen)
    page.get_by_role("link", name="Tính tiền bảo hiểm").click()
    check_accessible(page)

    page.get_by_label("Số người đóng lần này").fill("none")
    page.get_by_role("button", name="Tính mức đóng").last.click()
    expect(page.get_by_role("alert")).to_contain_text("nhập một số từ 1 đến 20")
    check_accessible(page)

    page.get_by_label("Số người đóng lần này").fill("3")
    page.get_by_label("Kỳ đóng").select_option(label="6 tháng")
    page.get_by_role("button", name="Tính mức đóng").last.click()
    expect(page.get_by_text("Người thứ ba trong hộ")).to_be_visible()
    check_accessible(page)
    take_picture(page, "insurance")

    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("Third member of the household")).to_be_visible()
    check_accessible(page)

    page.get_by_label("The income you choose").fill("2,500,000")
    page.get_by_label("How you pay").select_option(label="Every 6 months")
    page.get_by_role("button", name="Compute").first.click()
    expect(page.get_by_text(re.compile("Paid by the State"))).to_be_visible()
    check_accessible(page)
