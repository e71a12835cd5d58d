"""Nothing typed: who signs in pays two of their own at once; a scanned code opens a fine."""

import io
import re

import httpx2
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from api.settings_file import read_settings_file
from tests.journeys.program import Program, check_accessible, take_picture

PERSON = re.compile("^NGUYỄN VĂN A, ")
CHOSEN = ("0005/QĐ-XPHC", "0006/QĐ-XPHC")


def test_who_signs_in_pays_two_fines_in_one_payment(page: Page, program: Program) -> None:
    page.goto(program.citizen)
    page.get_by_role("link", name="Các khoản của tôi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem các khoản của tôi")
    check_accessible(page)
    page.get_by_role("button", name="Đăng nhập bằng VNeID").click()
    assert page.url.startswith(f"{program.far_side}/identity/")
    check_accessible(page)
    page.get_by_role("button", name=PERSON).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Các khoản của tôi")
    check_accessible(page)
    take_picture(page, "mine")
    for box in page.get_by_role("checkbox").all():
        box.set_checked(checked=False)
    for number in CHOSEN:
        page.get_by_role("checkbox", name=number).check()
    page.get_by_role("button", name="Nộp các khoản đã chọn").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Nộp 2 khoản một lần")
    check_accessible(page)
    take_picture(page, "several")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("main")).to_contain_text(CHOSEN[1])
    check_accessible(page)
    page.get_by_role("button", name=re.compile("^Nộp ")).click()
    page.get_by_role("button", name="Thanh toán", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nộp")
    for number in CHOSEN:
        expect(page.get_by_role("main")).to_contain_text(number)

    page.goto(f"{program.citizen}/mine")
    expect(page.get_by_text(f"{CHOSEN[0]}: đã nộp ngày")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(f"{program.citizen}/mine")
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem các khoản của tôi")


def test_the_same_in_english_and_without_script(
    page_without_script: Page, program: Program
) -> None:
    page = page_without_script
    page.goto(f"{program.citizen}/en/sign-in")
    page.get_by_role("button", name="Sign in with VNeID").click()
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name=re.compile("^TRẦN THỊ B, ")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What I owe")
    page.get_by_role("button", name="Pay what is chosen").first.click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def test_who_cancels_is_told_and_may_go_on(page: Page, program: Program) -> None:
    page.goto(f"{program.citizen}/sign-in")
    page.get_by_role("button", name="Đăng nhập bằng VNeID").click()
    page.get_by_role("button", name="Hủy").click()
    expect(page.get_by_role("status")).to_contain_text("Bạn chưa đăng nhập")
    check_accessible(page)


def test_a_low_level_is_told(page_without_script: Page, program: Program) -> None:
    page = page_without_script
    page.goto(f"{program.citizen}/sign-in")
    page.get_by_role("button", name="Đăng nhập bằng VNeID").click()
    page.get_by_role("button", name="với tài khoản mức 1").first.click()
    expect(page.get_by_role("status")).to_contain_text("Cần tài khoản định danh mức 2")


def test_a_scanned_code_opens_the_fine_and_fits_a_phone(page: Page, program: Program) -> None:
    key = read_settings_file(program.settings_file)["DEMO_PARTNER_KEY"]
    partner = program.staff.replace(program.staff[-4:], str(int(program.staff[-4:]) + 1))
    number = program.decisions[2].number
    asked = {"authority": "csgt", "kind": "traffic_fine", "number": number, "form": "png"}
    printed = httpx2.get(
        f"{partner}/v1/obligations/qr",
        params=asked,
        headers={"authorization": f"Bearer {key}"},
        trust_env=False,
    )
    with Image.open(io.BytesIO(printed.content)) as image:
        (read,) = zxingcpp.read_barcodes(image)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(read.text)
    assert page.url == f"{program.citizen}/fine"
    expect(page.get_by_text(number)).to_be_visible()
    expect(page.get_by_text("N. V. A.")).to_be_visible()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    take_picture(page, "scanned")
