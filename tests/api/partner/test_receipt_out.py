"""A receipt as JSON."""

from api.partner.receipt_out import receipt_out
from tests.api.test_proof_xml import RECEIPT


def test_a_number_has_seven_digits_and_the_sum_is_told() -> None:
    told = receipt_out(RECEIPT)
    assert (told.number, told.amount_vnd, told.has_document) == ("0000042", 3_013_500, False)
