"""What is repeated of a partner's words."""

from payments.intake import shown


def test_what_is_repeated_is_short_and_printable():
    assert shown("1234/QĐ-XPHC", length_max=100) == "1234/QĐ-XPHC"
    assert shown("9" * 5_000, length_max=100) == "9" * 100
    assert shown("a\x00b\u202ec", length_max=100) == "a\ufffdb\ufffdc"
