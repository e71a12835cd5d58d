"""Every way money may move has its words."""

from pathlib import Path

from api.console.movement_words import WORDS, movement_word
from api.language import Language, read_speeches
from ledger import movements

SPEECHES = read_speeches()


def test_no_movement_is_shown_as_its_code() -> None:
    files = {file.stem for file in Path(movements.__path__[0]).glob("[!_]*.py")}
    assert WORDS.keys() == files


def test_movements_are_spoken_in_both_languages() -> None:
    assert movement_word(SPEECHES[Language.VI], "settled") == "Đơn vị thanh toán báo đã chuyển nộp"
    assert movement_word(SPEECHES[Language.EN], "settled") == "Gateway reported it passed on"
    assert movement_word(SPEECHES[Language.VI], "something_new") == "something_new"
