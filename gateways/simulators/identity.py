"""The simulated identity provider: OpenID Connect, where one signs in as a sample person."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment
from joserfc import jwt
from joserfc.jwk import ECKey

from gateways.simulators.clock import now_ms
from gateways.simulators.raw_body import raw_body
from gateways.simulators.store import Store

PREFIX: Final = "/identity"
CODE_LIFE_MS: Final = 60_000
TOKEN_LIFE_S: Final = 300

_ALGORITHM: Final = "ES256"
_KEY_SETTING: Final = "identity.key"
_ASKED: Final = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")


@dataclass(frozen=True, slots=True)
class Registered:
    """The one program that may ask who somebody is, and the sample people by personal id."""

    client_id: str
    client_secret: str
    redirect_uri: str
    people: Mapping[str, str]


NOBODY: Final = Registered("", "", "", {})


def read_people(text: str) -> dict[str, str]:
    """Return names by personal id from `012345678901=Name;...`.

    Raises:
        ValueError: one has no name.
    """
    pairs = [pair.partition("=") for pair in text.split(";") if pair]
    if not all(name for _, _, name in pairs):
        raise ValueError("people are ID=NAME;ID=NAME")
    return {personal_id: name for personal_id, _, name in pairs}


def routes(store: Store, registered: Registered, pages: Environment) -> APIRouter:
    """Return the provider's addresses; it keeps one key over restarts."""
    router = APIRouter(prefix=PREFIX)
    key = _key(store)

    @router.get("/.well-known/openid-configuration")
    def configuration(request: Request) -> dict[str, object]:
        issuer = _issuer(request)
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    @router.get("/jwks")
    def jwks() -> dict[str, object]:
        return {"keys": [key.as_dict(private=False)]}

    @router.get("/authorize", response_class=HTMLResponse)
    def authorize(request: Request, lang: str = "vi") -> Response:
        asked = dict(request.query_params)
        wrong = _wrong(asked, registered)
        if wrong:
            return Response(f"refused: {wrong}\n", 400, media_type="text/plain")
        page = pages.get_template("identity.html").render(
            lang="en" if lang == "en" else "vi",
            query=urlencode({name: value for name, value in asked.items() if name != "lang"}),
            asked={name: asked.get(name, "") for name in _ASKED},
            people=registered.people,
        )
        return HTMLResponse(page)

    @router.post("/authorize")
    def decide(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        form = _form(body)
        wrong = _wrong(form | {"response_type": "code", **_FIXED}, registered)
        if wrong:
            return Response(f"refused: {wrong}\n", 400, media_type="text/plain")
        answer = _decided(store, form, registered) | {"iss": _issuer(request)}
        return RedirectResponse(f"{form['redirect_uri']}?{urlencode(answer)}", 303)

    @router.post("/token")
    def token(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        if not _is_client(request.headers.get("authorization", ""), registered):
            return JSONResponse({"error": "invalid_client"}, 401)
        kept = _taken(store, _form(body), registered)
        if kept is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        signed = _id_token(kept, key, issuer=_issuer(request), client_id=registered.client_id)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer", "id_token": signed},
            headers={"Cache-Control": "no-store"},
        )

    return router


_FIXED: Final = {"scope": "openid", "code_challenge_method": "S256"}


def _wrong(asked: Mapping[str, str], registered: Registered) -> str:
    """Return what of a question is not as registered, '' when all is; nobody is sent away then."""
    checks = {
        "client_id": asked.get("client_id") == registered.client_id != "",
        "redirect_uri": asked.get("redirect_uri") == registered.redirect_uri,
        "response_type": asked.get("response_type") == "code",
        "scope": "openid" in asked.get("scope", "").split(),
        "code_challenge": len(asked.get("code_challenge", "")) == 43,
        "code_challenge_method": asked.get("code_challenge_method") == "S256",
    }
    return next((name for name, is_right in checks.items() if not is_right), "")


def _decided(store: Store, form: Mapping[str, str], registered: Registered) -> dict[str, str]:
    """Return what the browser takes back: a code, or that it was refused."""
    person, _, level = form.get("person", "").partition(":")
    answer = {"state": form.get("state", "")}
    if person not in registered.people:
        return answer | {"error": "access_denied"}
    code = _keep_code(store, form, person=person, level=1 if level == "1" else 2)
    return answer | {"code": code}


def _keep_code(store: Store, form: Mapping[str, str], *, person: str, level: int) -> str:
    code = secrets.token_urlsafe(24)
    with store.change() as tx:
        tx.execute(
            """INSERT INTO identity_code (code, at_ms, person, level, nonce, challenge)
               VALUES (?, ?, ?, ?, ?, ?)""",
            (code, now_ms(), person, level, form.get("nonce", ""), form["code_challenge"]),
        )
    return code


def _taken(store: Store, form: Mapping[str, str], registered: Registered) -> dict[str, str] | None:
    """Return what a code stands for, which is good for once; None when it is not good."""
    with store.change() as tx:
        found = tx.execute(
            "DELETE FROM identity_code WHERE code = ? RETURNING *", (form.get("code", ""),)
        ).fetchone()
    verifier = form.get("code_verifier", "").encode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
    if (
        found is None
        or now_ms() - int(found["at_ms"]) > CODE_LIFE_MS
        or form.get("grant_type") != "authorization_code"
        or form.get("redirect_uri") != registered.redirect_uri
        or challenge != found["challenge"]
    ):
        return None
    return {name: str(found[name]) for name in ("person", "level", "nonce")}


def _id_token(kept: Mapping[str, str], key: ECKey, *, issuer: str, client_id: str) -> str:
    now_s = now_ms() // 1000
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": client_id,
        "sub": hashlib.sha256(kept["person"].encode()).hexdigest()[:32],
        "iat": now_s,
        "exp": now_s + TOKEN_LIFE_S,
        "nonce": kept["nonce"],
        "personal_id": kept["person"],
        "identity_level": int(kept["level"]),
    }
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, claims, key)


def _is_client(authorization: str, registered: Registered) -> bool:
    expected = f"{registered.client_id}:{registered.client_secret}".encode()
    return authorization == f"Basic {base64.b64encode(expected).decode()}"


def _form(body: bytes) -> dict[str, str]:
    read = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in read.items()}


def _issuer(request: Request) -> str:
    return str(request.base_url).rstrip("/") + PREFIX


def _key(store: Store) -> ECKey:
    kept = store.setting(_KEY_SETTING, default="")
    if not kept:
        drawn = ECKey.generate_key("P-256", auto_kid=True)
        kept = json.dumps(drawn.as_dict(private=True))
        store.keep_setting(_KEY_SETTING, value=kept)
    return ECKey.import_key(json.loads(kept))
