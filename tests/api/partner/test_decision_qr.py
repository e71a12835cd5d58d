"""The code for a paper: for the authority that decides, in three forms, and never for others."""

import io
from dataclasses import replace

import pytest
import zxingcpp
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from api.access.qr_token import Paper, qr_address
from api.application import application
from api.house import House
from payments.authority import Authority, Family
from payments.postgres.authority_rows import insert_authorities
from tests.api.conftest import MINISTRY_KEY, PARTNER_KEY

ASKED = {"authority": "csgt", "kind": "traffic_fine", "number": "0001/QĐ-XPHC"}


@pytest.fixture
def coded(house: House) -> House:
    """Give a house that marks codes; the portal speaks for the police and for nobody else."""
    police = Authority(
        code="csgt",
        family=Family.POLICE,
        name="CSGT",
        pushed_by="portal",
        in_force_from=house.today(),
    )
    with house.open_tx() as tx:
        insert_authorities(tx, [police])
    settings = house.settings.model_copy(update={"qr_key": SecretStr("66" * 32)})
    return replace(house, settings=settings)


def _client(house: House, key: str = PARTNER_KEY) -> TestClient:
    headers = {"authorization": f"Bearer {key}", "host": "partner.test"}
    return TestClient(application(house), base_url="http://partner.test", headers=headers)


def test_the_code_holds_the_address_that_opens_the_paper(coded: House) -> None:
    client = _client(coded)
    told = client.get("/v1/obligations/qr", params=ASKED).json()
    assert told["address"] == qr_address(coded.settings, Paper(*ASKED.values()))
    assert told["svg"].startswith("<svg")
    picture = client.get("/v1/obligations/qr", params=ASKED | {"form": "png"})
    with Image.open(io.BytesIO(picture.content)) as image:
        (read,) = zxingcpp.read_barcodes(image)
    assert read.text == told["address"]
    svg = client.get("/v1/obligations/qr", params=ASKED | {"form": "svg"})
    assert svg.headers["content-type"] == "image/svg+xml"


def test_t05_no_code_is_made_for_a_paper_of_another_authority(coded: House) -> None:
    other = ASKED | {"authority": "bhxh"}
    assert _client(coded).get("/v1/obligations/qr", params=other).status_code == 404
    assert _client(coded, MINISTRY_KEY).get("/v1/obligations/qr", params=ASKED).status_code == 404
    assert _client(coded, "none").get("/v1/obligations/qr", params=ASKED).status_code == 401


def test_what_cannot_be_a_paper_is_named(coded: House) -> None:
    client = _client(coded)
    kind = client.get("/v1/obligations/qr", params=ASKED | {"kind": "x"})
    assert (kind.status_code, kind.json()["errors"][0]["field"]) == (422, "kind")
    number = client.get("/v1/obligations/qr", params=ASKED | {"number": " "})
    assert (number.status_code, number.json()["errors"][0]["field"]) == (422, "number")


def test_without_a_key_there_are_no_codes(coded: House) -> None:
    plain = replace(coded, settings=coded.settings.model_copy(update={"qr_key": None}))
    assert _client(plain).get("/v1/obligations/qr", params=ASKED).status_code == 404
