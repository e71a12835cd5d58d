"""Pages as a whole: small, in one language each, safe for browsers, and helpful when all fails."""

import gzip
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from api.application import application
from api.house import House
from api.language import Language, read_speeches
from tests.api.citizen.payer import QUESTION, Payer, hear, owe_late_fine

PAGE_BYTES_MAX = 60_000
VIETNAMESE = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]", re.IGNORECASE)
MARKED = re.compile(r'<(\w+)[^>]* lang="vi"[^>]*>.*?</\1>|<svg.*?</svg>', re.DOTALL)
IN_BOTH = re.compile(r"QĐ-XPHC|\(.*?\)")
EN = read_speeches()[Language.EN]


@pytest.fixture
def payer(house: House) -> Payer:
    """Give a browser that has found the late fine."""
    owe_late_fine(house)
    browser = Payer(house)
    browser.find()
    return browser


def _pages(payer: Payer, language: str) -> Iterator[tuple[str, str]]:
    """Yield every citizen page by its path, as one payer meets them."""
    start = f"/{language}" if language else ""
    for path in ("/", "/find-fine", "/fine", "/pay", "/pay?method=vnpay", "/wait", "/verify"):
        yield path, payer.get(f"{start}{path}").text
    for path in ("/help", "/privacy", "/accessibility", "/not-there"):
        yield path, payer.get(f"{start}{path}").text
    wrong = QUESTION | {"plate": "29B1-000.00"}
    find = payer.get(f"{start}/find-fine")
    yield "no match", payer.submit(find, f"{start}/find-fine", wrong).text
    yield "mistakes", payer.submit(find, f"{start}/find-fine", {"number": "", "day": ""}).text
    left = payer.submit(payer.get(f"{start}/fine"), f"{start}/pay", {"method": "vnpay"})
    gone = payer.submit(left, f"{start}/pay")
    yield "pending", payer.get(f"{start}/wait").text
    yield "being paid", payer.get(f"{start}/fine").text
    hear(payer.house, gone.headers["location"])
    yield "paid", payer.get(f"{start}/fine").text
    proof = payer.get(f"{start}/wait").headers["location"]
    yield "proof", payer.get(proof).text


def test_no_english_page_speaks_vietnamese(payer: Payer) -> None:
    for path, html in _pages(payer, "en"):
        words = IN_BOTH.sub("", MARKED.sub("", html))
        assert not VIETNAMESE.search(words), f"{path}: {_around(words)}"


def _around(words: str) -> str:
    found = VIETNAMESE.search(words)
    return "" if found is None else words[max(0, found.start() - 60) : found.end() + 60]


def test_no_vietnamese_page_speaks_english(payer: Payer) -> None:
    spoken = [EN.gettext(text) for text in SENTENCES]
    for path, html in _pages(payer, ""):
        for sentence in spoken:
            assert sentence not in html, path


SENTENCES = (
    "Trợ giúp",
    "Chuyển đến nội dung chính",
    "Khả năng tiếp cận",
    "Tìm khoản phạt",
    "Cách thanh toán",
    "Tiếp tục",
    "Tiền phạt vi phạm giao thông",
)


def test_every_page_leads_to_itself_in_the_other_language(payer: Payer) -> None:
    for path, html in _pages(payer, ""):
        other = re.search(r'<a href="(/en/[^"]*)" lang="en"', html)
        assert other, path
        assert payer.get(other.group(1)).status_code in {200, 303, 404, 422}


def test_every_page_is_small(payer: Payer) -> None:
    assets = sum(
        len(gzip.compress(payer.get(address).content))
        for address in set(re.findall(r'"(/static/[^"]+)"', payer.get("/wait").text))
    )
    for path, html in _pages(payer, ""):
        assert len(gzip.compress(html.encode())) + assets < PAGE_BYTES_MAX, path


def test_t20_pages_hold_nothing_inline_and_nothing_foreign(payer: Payer) -> None:
    for path, html in _pages(payer, ""):
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", html), (
            path
        )
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', html):
            assert address.startswith(("/", "#")), (path, address)


def test_each_page_has_one_heading_and_a_title(payer: Payer) -> None:
    for path, html in _pages(payer, ""):
        assert html.count("<h1") == 1, path
        assert re.search(r"<title>\S.* – Thanh toán dịch vụ công</title>", html), path


def test_static_files_are_kept_and_pages_are_not(payer: Payer) -> None:
    style = re.search(r'href="(/static/page.css[^"]*)"', payer.get("/").text)
    assert style
    assert "immutable" in payer.get(style.group(1)).headers["cache-control"]
    assert payer.get("/").headers["cache-control"] == "no-store"
    assert payer.get("/static/none.css").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/not-there", "/en/not-there", "/p/x"])
def test_c17_every_refusal_says_where_to_see_whether_money_was_taken(
    payer: Payer, path: str
) -> None:
    answer = payer.get(path)
    assert answer.status_code == 404
    assert "/wait" in answer.text
    assert re.search(r"(Mã hỗ trợ|Support code): [0-9a-f]{8}", answer.text)


def test_our_own_fault_is_told_without_its_insides(house: House) -> None:
    broken = application(house)
    client = TestClient(broken, base_url="http://citizen.test", raise_server_exceptions=False)
    object.__setattr__(house, "gateways", None)
    with capture_logs():  # Its own traceback, drawn for a terminal, takes long.
        answer = client.get("/")
    assert answer.status_code == 500
    assert "Lỗi ở phía chúng tôi" in answer.text
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text


def test_the_sandbox_is_named_as_one(payer: Payer) -> None:
    assert "Trang thử nghiệm" in payer.get("/").text
