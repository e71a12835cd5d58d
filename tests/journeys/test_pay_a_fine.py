"""From a paper decision to a proof an officer can check, as a person does it."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.program import (
    Decision,
    Program,
    check_accessible,
    take_picture,
    type_decision,
)


def test_a_late_fine_is_found_paid_and_proven(page: Page, program: Program) -> None:
    page.goto(program.citizen)
    check_accessible(page)
    page.get_by_role("link", name="Tìm và nộp khoản phạt").click()
    check_accessible(page)
    type_decision(page, program.decisions[1])
    page.get_by_role("button", name="Tìm khoản phạt").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Kiểm tra và chọn cách thanh toán")
    expect(page.get_by_role("row", name=re.compile("Tiền chậm nộp phạt"))).to_contain_text("13.500")
    check_accessible(page)
    take_picture(page, "fine")
    page.get_by_role("button", name="Tiếp tục").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Bạn sắp sang trang của VNPAY")
    check_accessible(page)
    page.get_by_role("button", name="Nộp 3.013.500\u00a0đ qua VNPAY").click()

    assert page.url.startswith(f"{program.far_side}/vnpay/")
    page.get_by_role("button", name="Thanh toán", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nộp")
    proof = page.url
    assert re.fullmatch(re.escape(program.citizen) + "/p/[A-Za-z0-9_-]{43}", proof)
    expect(page.get_by_text("Ba triệu không trăm mười ba nghìn năm trăm đồng")).to_be_visible()
    check_accessible(page)
    _wait_until_told(page)
    take_picture(page, "proof")
    number = page.get_by_text(re.compile("^NP[0-9A-Z]{10}$")).inner_text()

    page.get_by_role("contentinfo").get_by_role("link", name="Kiểm tra giấy xác nhận").click()
    check_accessible(page)
    page.get_by_label("Số giao dịch").fill(number)
    page.get_by_label("Số tiền").fill("3.013.500 đ")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Giấy xác nhận là thật")
    check_accessible(page)

    page.get_by_label("Số tiền").fill("3.013.501")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Không phải giấy xác nhận của chúng tôi")

    page.goto(f"{program.citizen}/fine")
    expect(page.get_by_role("heading", level=1)).to_have_text("Khoản này đã nộp")
    check_accessible(page)


def _wait_until_told(page: Page) -> None:
    """Look again until the police have the news: seconds, not minutes."""
    for _ in range(10):
        if page.get_by_text("Đã được báo lúc").is_visible():
            return
        page.wait_for_timeout(1_000)
        page.reload()
    expect(page.get_by_text("Đã được báo lúc")).to_be_visible()


def test_the_same_in_english_and_without_script(
    page_without_script: Page, program: Program
) -> None:
    page = page_without_script
    page.goto(program.citizen)
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Find and pay a fine").click()
    type_decision(page, program.decisions[0], english=True)
    page.get_by_role("button", name="Find the fine").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check, then choose how to pay")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=re.compile("^Pay VND.3,000,000 through VNPAY$")).click()
    page.get_by_role("button", name=re.compile("^Pay$")).click()
    # Nothing but the page's own refresh brings the result.
    expect(page.get_by_role("heading", level=1)).to_have_text("Paid")
    expect(page.get_by_text("Three million dong")).to_be_visible()
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nộp")


def test_mistakes_are_explained_and_nothing_typed_is_lost(page: Page, program: Program) -> None:
    page.goto(f"{program.citizen}/find-fine")
    page.get_by_label("Số quyết định xử phạt").fill("0002/QĐ-XPHC")
    page.get_by_label("Ngày", exact=True).fill("31")
    page.get_by_label("Tháng").fill("2")
    page.get_by_label("Năm").fill("2026")
    page.get_by_role("button", name="Tìm khoản phạt").click()
    expect(page).to_have_title(re.compile("^Lỗi: "))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("phải là một ngày có thật")
    check_accessible(page)
    summary.get_by_role("link", name="Nhập biển số xe").click()
    expect(page.get_by_label("Biển số xe")).to_be_focused()
    expect(page.get_by_label("Số quyết định xử phạt")).to_have_value("0002/QĐ-XPHC")


def test_a_wrong_fact_is_not_told_apart_from_nothing_there(page: Page, program: Program) -> None:
    page.goto(f"{program.citizen}/en/find-fine")
    wrong = Decision(program.decisions[2].number, program.decisions[2].decided_on, "99A-000.01")
    type_decision(page, wrong, english=True)
    page.get_by_role("button", name="Find the fine").click()
    expect(page.get_by_role("status")).to_contain_text("No fine found with these details")
    check_accessible(page)


def test_who_cancels_at_the_gateway_has_paid_nothing_and_may_try_again(
    page: Page, program: Program
) -> None:
    page.goto(f"{program.citizen}/find-fine")
    type_decision(page, program.decisions[2])
    page.get_by_role("button", name="Tìm khoản phạt").click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name=re.compile("^Nộp ")).click()
    page.get_by_role("button", name="Hủy", exact=True).click()
    expect(page.get_by_role("heading", name="Chưa trừ tiền")).to_be_visible()
    check_accessible(page)
    page.get_by_role("link", name="Nộp lại").click()
    expect(page.get_by_role("button", name="Tiếp tục")).to_be_visible()


def test_the_pages_that_explain_are_accessible(page: Page, program: Program) -> None:
    for path in ("/help", "/privacy", "/accessibility", "/wait", "/en/wait"):
        page.goto(program.citizen + path)
        check_accessible(page)


def test_it_fits_a_phone(page: Page, program: Program) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/find-fine", "/wait", "/verify", "/privacy"):
        page.goto(program.citizen + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} wide"
