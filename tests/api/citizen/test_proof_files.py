"""Files of a proof bear its number."""

from tests.api.citizen.payer import Payer, hear


def test_paper_and_xml_are_named_by_the_number(payer: Payer) -> None:
    hear(payer.house, payer.go())
    proven = payer.get("/wait").headers["location"]
    for ending, shown in (("pdf", "inline"), ("xml", "attachment")):
        answer = payer.get(f"{proven}/proof.{ending}")
        head = answer.headers["content-disposition"]
        assert head.startswith(f"{shown}; filename=NP")
        assert head.endswith(f".{ending}")
