"""The simulated identity provider: asks as registered, answers once, signs what it says."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from gateways.simulators.application import build
from gateways.simulators.identity import Registered, read_people
from tests.gateways.simulators.far_side import settings_in

BACK = "http://citizen.test/sign-in/back"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
ASKED = {
    "response_type": "code",
    "client_id": "us",
    "redirect_uri": BACK,
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE.decode(),
    "code_challenge_method": "S256",
}
PERSON = "001085000011"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[TestClient]:
    """Give far sides that know us and one person."""
    registered = Registered("us", "secret", BACK, {PERSON: "Nguyễn Văn A"})
    settings = replace(settings_in(tmp_path), registered=registered)
    with TestClient(build(settings), follow_redirects=False) as client:
        yield client


def _decide(far: TestClient, person: str) -> dict[str, str]:
    gone = far.post("/identity/authorize", data=ASKED | {"person": person})
    assert gone.status_code == 303
    target = urlsplit(gone.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == BACK
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def _exchange(far: TestClient, code: str, **other: str) -> tuple[int, dict[str, str]]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    answer = far.post("/identity/token", data=form | other, auth=("us", "secret"))
    return answer.status_code, answer.json()


def test_a_person_signs_in_and_the_token_says_who(far: TestClient):
    page = far.get("/identity/authorize", params=ASKED).text
    assert "Nguyễn Văn A" in page
    answer = _decide(far, f"{PERSON}:2")
    status, tokens = _exchange(far, answer["code"])
    keys = KeySet.import_key_set(far.get("/identity/jwks").json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    issuer = far.get("/identity/.well-known/openid-configuration").json()["issuer"]
    assert status == 200
    assert (claims["personal_id"], claims["identity_level"], claims["nonce"]) == (PERSON, 2, "n")
    assert (claims["iss"], answer["iss"], claims["aud"]) == (issuer, issuer, "us")


def test_a_code_is_good_for_once_and_for_who_asked(far: TestClient):
    code = _decide(far, f"{PERSON}:1")["code"]
    assert _exchange(far, code)[0] == 200
    assert _exchange(far, code) == (400, {"error": "invalid_grant"})
    for other in ({"code_verifier": "w" * 43}, {"redirect_uri": "http://evil.test"}):
        assert _exchange(far, _decide(far, PERSON)["code"], **other)[0] == 400
    assert far.post("/identity/token", data={}, auth=("us", "guessed")).status_code == 401


def test_nobody_is_sent_to_an_address_that_is_not_registered(far: TestClient):
    for wrong in (
        {"redirect_uri": "http://evil.test"},
        {"client_id": "them"},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
    ):
        assert far.get("/identity/authorize", params=ASKED | wrong).status_code == 400


def test_who_cancels_is_sent_back_with_nothing(far: TestClient):
    assert _decide(far, "")["error"] == "access_denied"
    assert "code" not in _decide(far, "999999999999:2")


def test_people_are_read_from_words():
    assert read_people("1=A B;2=C") == {"1": "A B", "2": "C"}
    assert read_people("") == {}
    with pytest.raises(ValueError, match="ID=NAME"):
        read_people("1")
