"""JSON read one way only: what two readers could take differently is refused, with its place."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payments.errors import InputRefused

DEPTH_MAX: Final = 20
WHOLE_MAX: Final = 2**53 - 1
"""The largest whole number that every reader of JSON takes for the same."""
DIGITS_MAX: Final = 16
KEY_SHOWN_MAX: Final = 60
READ_AT_ONCE_MAX: Final = 16 * 1024
"""Bytes that are read in the time it would take to hand them to a thread."""
OWN_SHAPE: Final = ("/callbacks/", "/dialect/", "/v1/obligations/files")
"""Doors whose bodies are not plain JSON of ours; each reads its own strictly."""


@dataclass(frozen=True, slots=True)
class _Bad:
    """Stands where something was that cannot be taken."""

    reason: str


def read_json(body: bytes) -> object:
    """Return what a body says, if it can be understood in one way only.

    Raises:
        InputRefused: naming the place: a key twice, a number that is no whole one or beyond
            ±(2^53-1), a byte that is no UTF-8, half a character, NUL, or too many levels.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputRefused(field="body", reason=f"is not UTF-8 at byte {error.start}") from error
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputRefused(field="body", reason=f"is not JSON: {_where(error)}") from error
    except RecursionError as error:
        raise InputRefused(field="body", reason=_TOO_DEEP) from error
    _check(value, is_escaped="\\u" in text)
    return value


class StrictJson:
    """Reads every body of a host strictly before anyone else sees it.

    What was read is handed on as `request.state.json`, with `body_sha256`; the bytes as they came.
    """

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, Exception], Response]) -> None:
        """Wrap a host; `refuse` makes the answer to what cannot be taken."""
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or path.startswith(OWN_SHAPE):
            await self._app(scope, receive, send)
            return
        try:
            body = await whole_body(receive)
            if body:
                _require_json(Headers(scope=scope))
                is_small = len(body) <= READ_AT_ONCE_MAX
                value = read_json(body) if is_small else await to_thread.run_sync(read_json, body)
                state = scope.setdefault("state", {})
                state["json"], state["body_sha256"] = value, hashlib.sha256(body).digest()
        except (InputRefused, HTTPException) as error:
            await self._refuse(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, said_again(body, receive), send)


async def whole_body(receive: Receive) -> bytes:
    """Return a body once all of it is there.

    Raises:
        HTTPException: whoever sent it left before its end.
    """
    pieces: list[bytes] = []
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400)  # Half a body is no body.
        pieces.append(message.get("body", b""))
        is_more = message.get("more_body", False)
    return b"".join(pieces)


def said_again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return what hands on a body that was read already."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _require_json(headers: Mapping[str, str]) -> None:
    kind, _, charset = headers.get("content-type", "").partition(";")
    plain = charset.replace(" ", "").lower()
    if kind.strip().lower() != "application/json" or plain not in {
        "",
        "charset=utf-8",
        "charset=utf8",
    }:
        raise HTTPException(415)
    if headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                made[key] = _Bad("is there twice")
            seen.add(key)
    return made


def _whole_number(text: str) -> object:
    if len(text) <= DIGITS_MAX + 1 and abs(number := int(text)) <= WHOLE_MAX:
        return number
    return _Bad("is beyond 9007199254740991, where numbers stop being exact")


def _fraction(_text: str) -> object:
    return _Bad("is a whole number, without point or exponent")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole_number,
    parse_float=_fraction,
    parse_constant=_fraction,
)
_BROKEN: Final = "has NUL or half a character"
_TOO_DEEP: Final = f"has more than {DEPTH_MAX} levels"

_Path = tuple[Any, ...]
"""Where something stands: the path of what holds it, and its key or number; () at the top."""


def _check(top: object, *, is_escaped: bool) -> None:
    """Walk a value once and refuse the first thing that cannot be taken."""
    # Most of a body are numbers and texts in which nothing can be wrong: they are passed over.
    plain = {int, bool, type(None)} if is_escaped else {int, bool, type(None), str}
    waiting: list[tuple[object, _Path, int]] = [(top, (), 0)]
    while waiting:
        value, path, depth = waiting.pop()
        reason = _why_not(value, depth=depth, is_escaped=is_escaped)
        if reason:
            raise InputRefused(field=_place(path), reason=reason)
        inside = value.items() if _is_object(value) else enumerate(value) if _is_list(value) else ()
        waiting.extend(
            (inner, (path, key), depth + 1) for key, inner in inside if type(inner) not in plain
        )


def _why_not(value: object, *, depth: int, is_escaped: bool) -> str:
    """Return why a value cannot be taken, '' when it can."""
    if isinstance(value, str):
        return "" if not is_escaped or _is_whole_text(value) else _BROKEN
    if isinstance(value, _Bad):
        return value.reason
    is_object = _is_object(value)
    if depth >= DEPTH_MAX and (is_object or _is_list(value)):
        return _TOO_DEEP
    if is_escaped and is_object and not all(map(_is_whole_text, value)):
        return f"has a key that {_BROKEN}"
    return ""


def _is_whole_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _place(path: _Path) -> str:
    """Return a place as people write it: `obligations[3].facts.fine_vnd`."""
    steps: list[str] = []
    while path:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{_shown(step)}")
    return "".join(reversed(steps)).lstrip(".") or "body"


def _shown(key: str) -> str:
    return ascii(key[:KEY_SHOWN_MAX])[1:-1]


def _where(error: json.JSONDecodeError) -> str:
    return f"{error.msg} in line {error.lineno}, column {error.colno}"
