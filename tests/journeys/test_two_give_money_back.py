"""Money that came wrong goes back: its payer sees how far it is, and two people see to it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import STEP_MS_MAX
from tests.journeys.program import Program, check_accessible, take_picture

PHONE_PX = 375


def _pay_another_amount(page: Page, program: Program) -> None:
    """Pay a fee that other journeys leave unpaid, and not what was asked for."""
    page.goto(f"{program.citizen}/find?what=fee")
    page.get_by_label("Mã hồ sơ", exact=False).fill("GPLX-0001")
    page.get_by_label("4 số cuối", exact=False).fill("6789")
    page.get_by_role("button", name=re.compile("^Tìm")).click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name=re.compile("^Nộp ")).click()
    page.get_by_text("Các trường hợp khác").click()
    page.get_by_role("button", name="Trả sai số tiền").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đang kiểm tra giao dịch")


def _check_on_a_phone(page: Page) -> None:
    """See that nothing but a table in a box of its own is wider than a phone, and step back."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": PHONE_PX, "height": 667})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_PX, page.url
    for cell in page.locator("table.stacked td:visible").all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE_PX, cell.inner_text()
    check_accessible(page)
    page.set_viewport_size(before)


def _come_in(page: Page, program: Program, name: str) -> None:
    page.goto(program.staff)
    page.get_by_label("Khóa truy cập").fill(program.person_keys[name])
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="Hoàn tiền").click()
    check_accessible(page)


@pytest.mark.usefixtures("context")
def test_one_proposes_another_approves_and_the_payer_sees(
    page: Page, browser: Browser, program: Program
) -> None:
    _pay_another_amount(page, program)
    expect(page.get_by_text("đang chờ duyệt")).to_be_visible()
    check_accessible(page)
    number = page.get_by_text(re.compile("^NP[0-9A-Z]{10}$")).inner_text()
    staff = browser.new_page()
    staff.set_default_timeout(STEP_MS_MAX)

    _come_in(staff, program, "ketoan1")
    staff.get_by_role("link", name=re.compile("^RF")).first.click()
    check_accessible(staff)
    staff.get_by_label("Bạn đã kiểm tra gì").fill("Người nộp xin hoàn bằng đơn")
    staff.get_by_role("button", name="Không duyệt").click()
    expect(staff.get_by_text("Không duyệt", exact=True).first).to_be_visible()
    staff.get_by_role("link", name="Hoàn tiền").first.click()
    staff.get_by_label("Số giao dịch").fill(number)
    staff.get_by_role("button", name="Xem khoản có thể hoàn").click()
    check_accessible(staff)
    staff.get_by_role("button", name="Đề nghị hoàn", exact=True).click()
    expect(staff.get_by_role("alert")).to_contain_text("Hãy ghi lý do")
    check_accessible(staff)
    staff.get_by_label("Lý do hoàn").fill("Trả sai số tiền")
    staff.get_by_label("Văn bản").fill("Đơn 12")
    staff.get_by_role("button", name="Đề nghị hoàn", exact=True).click()
    expect(staff.get_by_role("heading", name="Chờ người khác duyệt")).to_be_visible()
    check_accessible(staff)
    staff.close()

    other = browser.new_page()
    other.set_default_timeout(STEP_MS_MAX)
    _come_in(other, program, "ketoan2")
    assert other.locator("table.stacked td.amount:visible").count() > 0
    _check_on_a_phone(other)
    other.get_by_role("link", name=re.compile("^RF")).first.click()
    expect(other.get_by_text("staff:ketoan1").first).to_be_visible()
    take_picture(other, "refund")
    other.get_by_label("Bạn đã kiểm tra gì").fill("Đã đối chiếu với báo cáo")
    other.get_by_role("button", name=re.compile("^Duyệt hoàn ")).click()
    expect(other.get_by_text("Người duyệt")).to_be_visible()
    check_accessible(other)
    _check_on_a_phone(other)
    other.get_by_role("link", name="English").click()
    expect(other.get_by_text("Approved by", exact=True)).to_be_visible()
    check_accessible(other)
    other.close()

    page.goto(f"{program.citizen}/wait")
    expect(page.get_by_text(re.compile("Đang hoàn .* về tài khoản"))).to_be_visible()
    check_accessible(page)
