"""A partner's own side of the JSON API, for commands that speak to it over HTTP like anybody."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from pydantic import BaseModel, ValidationError

KEY: Final = "PARTNER_API_KEY"
DEMO_KEY: Final = "DEMO_PARTNER_KEY"
URL: Final = "CLEARING_PARTNER_URL"
DEMO_URL: Final = "http://127.0.0.1:8702"
TIMEOUT_S: Final = 30
TOO_MANY: Final = 429
BROKEN: Final = 500
_SHOWN_MAX: Final = 300

Run = Callable[[argparse.Namespace], int]
"""What a command does, returning its status."""


class DoorRefused(Exception):
    """The partner API said no, and again would say no; the message is one line."""


class DoorAway(Exception):
    """The partner API does not answer, or cannot just now; the message is one line."""


@dataclass(frozen=True, slots=True)
class Integrator:
    """One partner at one address, by its key."""

    client: httpx2.Client
    url: str
    key: str

    def get(self, path: str, **asked: str | int) -> dict[str, Any]:
        """Return what a door answers; empty words are not asked.

        Raises:
            DoorRefused: with the status and title of the problem.
            DoorAway: nobody answers, or asks to come back later.
        """
        return self._send("GET", path, params={name: str(v) for name, v in asked.items() if v})

    def post(
        self, path: str, body: Mapping[str, object] | None = None, *, once: str = ""
    ) -> dict[str, Any]:
        """Return what a door answers to a body; `once` is the idempotency key.

        Raises:
            DoorRefused: with the status and title of the problem.
            DoorAway: nobody answers, or asks to come back later.
        """
        headers = {"idempotency-key": once} if once else {}
        return self._send("POST", path, json=body, headers=headers)

    def _send(self, method: str, path: str, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 (what the library takes)
        headers = {"authorization": f"Bearer {self.key}", **asked.pop("headers", {})}
        try:
            answer = self.client.request(method, self.url + path, headers=headers, **asked)
        except httpx2.HTTPError as error:
            raise DoorAway(f"{self.url} does not answer: {type(error).__name__}") from error
        if answer.status_code == TOO_MANY or answer.status_code >= BROKEN:
            raise DoorAway(f"{self.url} answers {answer.status_code}: {_title(answer)}")
        if not answer.is_success:
            raise DoorRefused(f"{method} {path}: {answer.status_code} {_title(answer)}")
        return answer.json() if answer.content else {}


def integrator(client: httpx2.Client, *, url: str | None, key: str | None) -> Integrator:
    """Return the partner that a command speaks as: as given, as the environment says, the demo's.

    Raises:
        DoorRefused: no key is given, and no demo has one.
    """
    shown = key or os.environ.get(KEY) or os.environ.get(DEMO_KEY)
    if not shown:
        raise DoorRefused(f"a key is needed: --key, or {KEY} in the environment")
    return Integrator(client, (url or os.environ.get(URL) or DEMO_URL).rstrip("/"), shown)


def open_integrator_client() -> httpx2.Client:
    """Return what speaks to the API: no proxy of the environment, no redirects."""
    return httpx2.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)


class _Problem(BaseModel):
    """What is read of a refusal."""

    title: str = ""
    title_en: str = ""
    detail: str = ""


def in_one_line(run: Run) -> Run:
    """Return a command that ends with one line when a door says no."""

    def ended(chosen: argparse.Namespace) -> int:
        try:
            return run(chosen)
        except DoorRefused as refusal:
            sys.exit(f"clearing: {refusal}")
        except DoorAway as away:
            sys.exit(f"clearing: {away} (is it running?)")

    return ended


def _title(answer: httpx2.Response) -> str:
    """Return what a problem says, short and on one line."""
    try:
        problem = _Problem.model_validate_json(answer.content)
    except ValidationError:
        return answer.reason_phrase
    words = filter(None, (problem.title_en or problem.title, problem.detail))
    return " ".join(": ".join(words).split())[:_SHOWN_MAX] or answer.reason_phrase
