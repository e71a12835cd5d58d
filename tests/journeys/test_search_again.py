"""Searching again: from the third time the browser works first, or other doors are shown."""

from playwright.sync_api import Page, expect

from tests.journeys.program import Decision, Program, check_accessible, type_decision


def _search(page: Page, decision: Decision) -> None:
    type_decision(page, decision)
    page.get_by_role("button", name="Tìm khoản phạt").click()


def test_the_third_search_works_a_moment_and_finds(page: Page, program: Program) -> None:
    page.goto(f"{program.citizen}/find-fine")
    decision = program.decisions[2]
    for plate in ("99A-000.02", "99A-000.03"):
        _search(page, Decision(decision.number, decision.decided_on, plate))
        expect(page.get_by_text("Chưa tìm thấy khoản phạt")).to_be_visible()
    expect(page.get_by_text("Trình duyệt đã sẵn sàng")).to_be_visible()
    check_accessible(page)
    _search(page, decision)
    expect(page).to_have_url(f"{program.citizen}/fine")


def test_without_script_the_third_search_leads_to_other_doors(
    page_without_script: Page, program: Program
) -> None:
    page = page_without_script
    page.goto(f"{program.citizen}/find-fine")
    decision = program.decisions[2]
    for plate in ("99A-000.04", "99A-000.05"):
        _search(page, Decision(decision.number, decision.decided_on, plate))
    expect(page.get_by_role("heading", name="cần bật JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="Đăng nhập để xem")).to_be_visible()


def test_the_other_searches_fit_a_phone_in_both_languages(page: Page, program: Program) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/find?what=insurance", "/find?what=fee"):
        for language in ("", "/en"):
            page.goto(f"{program.citizen}{language}{path}")
            check_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
