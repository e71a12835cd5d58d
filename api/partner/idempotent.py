"""Creating calls that may be sent again: the same key and body get the first answer."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from api.access.partner_key import caller_of
from api.house import House
from ledger.postgres.transaction import Tx
from payments.errors import KeyMissing
from payments.postgres import idempotency_rows

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEY_MIN: Final = 8
KEY_MAX: Final = 255

_QUOTED: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE: Final = re.compile(r"[!#-+\--:<-\[\]-~]+")
"""Visible ASCII but quote and backslash, and what would go on with something else: `,` and `;`."""


@dataclass(frozen=True, slots=True)
class Once:
    """A creating call: its address and the key its client drew for it."""

    route: str
    key: str


async def once_of(
    request: Request,
    _documented: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description=(
                f"a quoted text of {KEY_MIN} to {KEY_MAX} ASCII characters, drawn for this act;"
                " sent again, it gets the first answer. Without quotes it is the same key"
            ),
            examples=['"6f1b5c0e-6d3f-4b7e-9f57-2f6a1c1b8d10"'],
        ),
    ] = None,
) -> Once:
    """Return the call under its key.

    Raises:
        KeyMissing: there is none, or more than one, or it is not of the documented form.
    """
    caller_of(request)  # Who shows no key of a partner hears of nothing else.
    return Once(request.url.path, read_key(request.headers.getlist(HEADER)))


OnceOnly = Annotated[Once, Depends(once_of)]
"""What a creating door takes besides its body."""


def read_key(given: list[str]) -> str:
    """Return the key in the values of the header.

    Source: draft-ietf-httpapi-idempotency-key-header, section 2; RFC 9651, section 3.3.3.

    Raises:
        KeyMissing: as the header cannot be read as one key.
    """
    text = given[0].strip() if len(given) == 1 else ""
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text if _BARE.fullmatch(text) else ""
    if not KEY_MIN <= len(key) <= KEY_MAX:
        raise KeyMissing("the header holds no key")
    return key


def answer_once(
    house: House,
    once: Once,
    work: Callable[[Tx], BaseModel],
    *,
    client: str,
    body: BaseModel | None,
    status: int = 201,
) -> Response:
    """Do the work and answer, or give the answer it got the first time; both commit together.

    What raises leaves nothing behind, so the same key may be sent again. `work` touches no network.

    Raises:
        KeyReused: the key came before with another body.
        KeyInFlight: the same call is at work this very moment.
    """
    said = b"" if body is None else body.model_dump_json().encode()
    with house.open_tx() as tx:
        begun = idempotency_rows.begin(
            tx,
            client=client,
            route=once.route,
            key=once.key,
            body_digest=hashlib.sha256(said).digest(),
            now=house.clock(),
        )
        if isinstance(begun, idempotency_rows.Replay):
            return answered(begun.answer, begun.status, is_replayed=True)
        answer = work(tx).model_dump_json(by_alias=True).encode()
        idempotency_rows.finish(
            tx, client=client, route=once.route, key=once.key, status=status, answer=answer
        )
    return answered(answer, status)


def answered(body: bytes, status: int, *, is_replayed: bool = False) -> Response:
    """Return an answer as it is sent, the first time or once more."""
    headers = {REPLAYED: "true"} if is_replayed else None
    return Response(body, status, headers=headers, media_type="application/json")
