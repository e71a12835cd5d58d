"""The doors of proofs: JSON, paper and XML of one's own payments, and the list for everybody."""

import base64
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.paper_signature import signature_of
from api.partner.acknowledgements import LISTS_PER_MINUTE_MAX
from ledger.money import Money
from payments.acknowledgement import verify
from payments.postgres import payment_rows
from payments.replace_acknowledgement import replace_acknowledgement
from payments.revocations import read_revocations
from tests.api.citizen.payer import DUE, hear
from tests.api.conftest import MINISTRY_KEY
from tests.api.paper_files import paper_signer, root
from tests.api.partner.test_payments import HEADERS, client
from tests.api.partner.test_payments import _open as open_one  # pyright: ignore[reportPrivateUsage] (the same beginning)
from tests.api.test_proof_xml import tag

__all__ = ["client"]


@pytest.fixture
def number(client: TestClient, house: House) -> str:
    """Give the number of a payment that was paid."""
    number = open_one(client)
    body = {"gateway": "vnpay", "payer_address": "113.160.92.202"}
    gone = client.post(f"/v1/payments/{number}/attempts", json=body).json()
    hear(house, gone["url"])
    return number


def go_back(house: House, number: str, *, kept: int, refund: str = "RF1") -> None:
    with house.open_tx() as tx:
        payment = payment_rows.by_number(tx, number)
        assert payment is not None
        replace_acknowledgement(
            tx,
            payment.payment_id,
            refund_number=refund,
            kept=Money(kept),
            signer=house.signer,
            now=house.clock(),
        )


def test_the_proof_counts_until_its_money_goes_back(
    client: TestClient, house: House, number: str
) -> None:
    def read() -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"/v1/payments/{number}/acknowledgement").json()
        payload, signature = (base64.b64decode(found[name]) for name in ("signed", "signature"))
        assert verify(payload, signature=signature, public_keys=house.public_keys)
        return found

    first = read()
    assert (first["number"], first["status"], first["ended"]) == (number, "valid", [])
    go_back(house, number, kept=1_000_000)
    second = read()
    assert (second["number"], second["status"]) == (f"{number}-2", "valid")
    assert second["content"]["amount_vnd"] == 1_000_000
    assert second["ended"][0] | {"at": ""} == {
        "number": number,
        "turn": "replaced",
        "refund_number": "RF1",
        "kept_vnd": 1_000_000,
        "at": "",
        "replaced_by": f"{number}-2",
    }
    go_back(house, number, kept=0, refund="RF2")
    third = read()
    assert (third["number"], third["status"]) == (f"{number}-2", "revoked")


def test_paper_and_xml_come_signed_where_there_is_a_certificate(
    house: House, client: TestClient, number: str
) -> None:
    path = f"/v1/payments/{number}/acknowledgement"
    plain = client.get(f"{path}.pdf")
    assert plain.headers["content-type"] == "application/pdf"
    assert signature_of(plain.content, roots=None) is None
    signing = TestClient(
        application(replace(house, paper_signer=paper_signer())),
        base_url="http://partner.test",
        headers=HEADERS,
    )
    signature = signature_of(signing.get(f"{path}.pdf?language=en").content, roots=root())
    assert signature is not None
    assert signature.is_trusted
    answer = signing.get(f"{path}.xml")
    assert answer.headers["content-type"] == "application/xml"
    document = ET.fromstring(answer.content)  # noqa: S314 - our own
    assert document.findtext(tag("number")) == number
    assert document.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None


@pytest.mark.parametrize("ending", ["", ".pdf", ".xml"])
def test_t05_another_partner_and_an_unpaid_payment_find_nothing(
    client: TestClient, number: str, ending: str
) -> None:
    path = f"/v1/payments/{number}/acknowledgement{ending}"
    stranger = {"authorization": f"Bearer {MINISTRY_KEY}"}
    assert client.get(path, headers=stranger).status_code == 404
    assert client.get(f"/v1/payments/NP1/acknowledgement{ending}").status_code == 404


def test_an_unpaid_payment_has_no_proof(client: TestClient) -> None:
    number = open_one(client)
    assert client.get(f"/v1/payments/{number}/acknowledgement").status_code == 404


def test_t36_anybody_reads_the_signed_list_of_what_counts_no_more(
    client: TestClient, house: House, number: str
) -> None:
    go_back(house, number, kept=0)
    answer = client.get("/v1/revocations", headers={"authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"
    body = answer.json()
    listed = read_revocations(
        base64.b64decode(body["signed"]),
        signature=base64.b64decode(body["signature"]),
        public_keys=house.public_keys,
    )
    assert listed is not None
    assert list(listed.by_number) == [number]
    # With number and amount anybody reads what a proof is for: the list says no amount.
    assert str(DUE.vnd) not in answer.text


def test_t31_the_list_is_made_only_so_often(client: TestClient) -> None:
    answers = [client.get("/v1/revocations").status_code for _ in range(LISTS_PER_MINUTE_MAX + 1)]
    assert answers == [200] * LISTS_PER_MINUTE_MAX + [429]
