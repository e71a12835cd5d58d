"""One's own list: in full, by deadline, grouped by account, and never somebody else's."""

from api.house import House
from tests.api.citizen.payer import Payer
from tests.api.citizen.signed_in import owe_the_usual, sign_in, with_identity


def _mine(house: House) -> tuple[Payer, str]:
    payer = Payer(with_identity(house))
    owe_the_usual(house)
    sign_in(payer)
    return payer, payer.get("/mine").text.replace("\u00a0", " ")


def test_ones_own_is_shown_in_full_and_nobody_elses(house: House) -> None:
    _, page = _mine(house)
    assert "Nguyễn Văn An" in page
    assert "29B1-678.90" in page
    assert "14/QĐ-XPHC" not in page
    assert "Trần" not in page
    assert "4.000.000 đ" in page


def test_the_nearest_deadline_comes_first_and_accounts_apart(house: House) -> None:
    _, page = _mine(house)
    assert page.index("12/QĐ-XPHC") < page.index("11/QĐ-XPHC") < page.index("13/QĐ-XPHC")
    assert "Một giao dịch chỉ chuyển đến một tài khoản" in page
    assert page.count('action="/choose"') == 2


def test_who_owes_nothing_is_told_so(house: House) -> None:
    payer = Payer(with_identity(house))
    sign_in(payer)
    assert "Bạn không có khoản nào phải nộp" in payer.get("/mine").text
    assert "You owe nothing" in payer.get("/en/mine").text
