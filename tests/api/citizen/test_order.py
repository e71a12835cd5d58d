"""The address an agency's user comes to: what was ordered, ready to be paid, and nothing else."""

from api.access.order_token import seal_order
from tests.api.citizen.payer import NUMBER, Payer
from tests.api.ordered import ordered


def test_the_address_opens_what_was_ordered(payer: Payer) -> None:
    came = payer.get(f"/o/{seal_order(payer.house, ordered(payer.house))}")
    assert (came.status_code, came.headers["location"]) == (303, "/fine")
    shown = payer.get("/fine")
    assert NUMBER in shown.text
    assert "NGUYỄN VĂN A" not in shown.text


def test_an_english_address_leads_to_an_english_page(payer: Payer) -> None:
    came = payer.get(f"/en/o/{seal_order(payer.house, ordered(payer.house))}")
    assert came.headers["location"] == "/en/fine"


def test_a_made_up_address_opens_nothing(payer: Payer) -> None:
    assert payer.get("/o/made-up").status_code == 404
    assert payer.get("/fine").headers["location"] == "/find-fine"
