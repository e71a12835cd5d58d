"""A person signed in, and what that person and others owe, for tests of the pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from api.house import House
from api.identity import Client, IdentityProvider
from api.sandbox import SI_OFFICE, TREASURY, fine
from payments.obligation import NewObligation
from payments.push_obligations import push_obligations
from tests.api.citizen.payer import Payer

ISSUER = "http://id.test"
PERSON = "001085000011"
OTHER = "001085000022"
KEY = ECKey.generate_key("P-256", auto_kid=True)
CLIENT = Client(
    issuer=ISSUER,
    client_id="us",
    client_secret="secret",  # noqa: S106 - of a test
    redirect_uri="http://citizen.test/sign-in/back",
    name="VNeID",
    scope="openid",
    id_claim="personal_id",
    level_claim="identity_level",
)


def owed_by(
    personal_id: str,
    number: str,
    *,
    name: str = "Nguyễn Văn An",
    vnd: int = 1_000_000,
    received_on: date = date(2026, 11, 20),
    account: str = TREASURY,
) -> NewObligation:
    """Return a fine that one person owes."""
    owed = fine(
        number=number,
        plate="29B1-678.90",
        fine_vnd=vnd,
        issued_on=received_on,
        received_on=received_on,
    )
    personal = {"name": name, "plate": "29B1-678.90", "personal_id": personal_id}
    return replace(owed, personal=personal, beneficiary=account)


def owe(house: House, *owed: NewObligation) -> list[int]:
    """Keep obligations and return their ids."""
    with house.open_tx() as tx:
        verdicts = push_obligations(tx, owed, keys=house.personal_keys, now=house.clock())
    ids = [each.obligation_id for each in verdicts if each.obligation_id]
    assert len(ids) == len(owed), verdicts
    return ids


def owe_the_usual(house: House) -> list[int]:
    """Keep two fines and one of another account of the person, and one of somebody else."""
    return owe(
        house,
        owed_by(PERSON, "11/QĐ-XPHC"),
        owed_by(PERSON, "12/QĐ-XPHC", vnd=2_000_000, received_on=date(2026, 11, 18)),
        owed_by(PERSON, "13/QĐ-XPHC", account=SI_OFFICE),
        owed_by(OTHER, "14/QĐ-XPHC", name="Trần Thị Bình"),
    )


def with_identity(
    house: House,
    *,
    say: Callable[[dict[str, object]], dict[str, object]] = lambda claims: claims,
    is_up: bool = True,
) -> House:
    """Return the house beside a provider whose tokens say what the test wants."""
    nonces: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if not is_up:
            return httpx2.Response(503)
        if request.url.path == "/.well-known/openid-configuration":
            doors = {"authorization": "authorize", "token": "token"}
            told = {f"{name}_endpoint": f"{ISSUER}/{path}" for name, path in doors.items()}
            return httpx2.Response(
                200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", **told}
            )
        if request.url.path == "/jwks":
            return httpx2.Response(200, json=KeySet([KEY]).as_dict(private=False))
        nonces.append(parse_qs(request.content.decode())["code"][0])
        at = int(house.clock().timestamp())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": "us",
            "iat": at,
            "exp": at + 300,
            "nonce": nonces[-1],
            "personal_id": PERSON,
            "identity_level": 2,
        }
        token = jwt.encode({"alg": "ES256", "kid": KEY.kid}, say(claims), KEY)
        return httpx2.Response(200, json={"id_token": token})

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return replace(house, identity=IdentityProvider(CLIENT, http))


def leave_to_sign_in(payer: Payer) -> dict[str, str]:
    """Press the button and return what the provider is asked; its code is the nonce here."""
    gone = payer.submit(payer.get("/sign-in"), "/sign-in")
    assert gone.status_code == 303, gone.text
    query = parse_qs(urlsplit(gone.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def sign_in(payer: Payer) -> httpx2.Response:
    """Sign in and return the answer to the way back."""
    asked = leave_to_sign_in(payer)
    return payer.get(f"/sign-in/back?code={asked['nonce']}&state={asked['state']}&iss={ISSUER}")
