"""Pages: templates in either language, their layout, and the page of a refusal."""

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.explained import explained
from api.language import Language, Speech, read_speeches

PHONE: Final = "1800 1096"
"""The portal's own line, free of charge."""

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STATIC: Final = Path(__file__).parent / "static"
_ENGLISH_PATHS: Final = "/en"

_HEADING: Final = "Chưa làm được việc này"
_HEADINGS: Final[Mapping[int, str]] = MappingProxyType(
    {
        403: "Hãy mở lại trang này",
        404: "Không tìm thấy trang này",
        429: "Bạn đã thử nhiều lần",
        500: "Lỗi ở phía chúng tôi",
        503: "Tạm thời không dùng được",
    }
)


class Titled(Protocol):
    """A sentence in both languages."""

    @property
    def vi(self) -> str:
        """Return it in Vietnamese."""
        ...

    @property
    def en(self) -> str:
        """Return it in English."""
        ...


class Told(Protocol):
    """A refusal as a page tells it; `support_code` finds it in the logs."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        ...

    @property
    def title(self) -> Titled:
        """Return what is wrong and what to do."""
        ...

    @property
    def support_code(self) -> str:
        """Return the code to quote on the phone."""
        ...


class Pages:
    """Renders every page of both hosts."""

    def __init__(
        self, *, citizen_url: str, staff_url: str, sandbox: bool, sends_mail: bool = False
    ) -> None:
        """Read the catalogue and prepare the templates once."""
        self._staff_host = urlsplit(staff_url).netloc.lower()
        self.speeches: Final[Mapping[Language, Speech]] = read_speeches()
        self._environments = {
            language: _environment(
                speech, citizen_url=citizen_url, sandbox=sandbox, sends_mail=sends_mail
            )
            for language, speech in self.speeches.items()
        }

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """Return a page in the language of the request's path.

        `here` is the page's own address without language, by default the request's path: another
        one where that cannot be asked for again.
        """
        page = self._environments[language_of(request)].get_template(template)
        html = page.render({"here": _plain_path(request)} | values)
        return HTMLResponse(html, status, headers=headers)

    def speech(self, request: Request) -> Speech:
        """Return the language of the request's path, ready to speak."""
        return self.speeches[language_of(request)]

    def problem(self, request: Request, told: Told) -> Response:
        """Return a refusal as a page: what is wrong, and where to see whether money was taken."""
        is_staff = request.url.netloc.lower() == self._staff_host
        if is_staff and told.status == 401:
            return RedirectResponse(local(request, "/sign-in"), 303)
        speech = self.speech(request)
        return self.show(
            request,
            "console/problem.html" if is_staff else "citizen/problem.html",
            status=told.status,
            heading=speech.say(_HEADINGS.get(told.status, _HEADING)),
            sentence=told.title.en if speech.language is Language.EN else told.title.vi,
            support_code=told.support_code,
        )


def in_both_languages(pages: APIRouter) -> APIRouter:
    """Return the routes twice: Vietnamese at `/`, English at `/en/`."""
    both = APIRouter(include_in_schema=False)
    both.include_router(pages)
    both.include_router(pages, prefix=_ENGLISH_PATHS)
    return both


def language_of(request: Request) -> Language:
    """Return the language a request's path asks for."""
    is_english = request.url.path.startswith(f"{_ENGLISH_PATHS}/")
    return Language.EN if is_english else Language.VI


def local(request: Request, path: str) -> str:
    """Return the address of another page of ours in the same language."""
    return _local(language_of(request), path)


def _local(language: Language, path: str) -> str:
    return f"{_ENGLISH_PATHS}{path}" if language is Language.EN else path


def _plain_path(request: Request) -> str:
    path = request.url.path
    return path.removeprefix(_ENGLISH_PATHS) if language_of(request) is Language.EN else path


def _environment(
    speech: Speech, *, citizen_url: str, sandbox: bool, sends_mail: bool
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    known: dict[str, object] = {
        "gettext": speech.gettext,
        "ngettext": speech.ngettext,
        "language": str(speech.language),
        "local": partial(_local, speech.language),
        "asset": _asset_addresses().__getitem__,
        "phone": PHONE,
        "sandbox": sandbox,
        "sends_mail": sends_mail,
        "site": urlsplit(citizen_url).netloc,
        "days_left": speech.days_left,
        "fill": speech.fill,
        "explained": partial(explained, speech=speech),
    }
    environment.globals.update(known)  # pyright: ignore[reportArgumentType, reportCallIssue] (Jinja takes any value; the checker knows only those it brings)
    environment.filters |= {
        "say": speech.say,
        "number": speech.number,
        "dong": speech.dong,
        "percent": speech.percent,
        "day": speech.day,
        "weekday": speech.weekday,
        "time": speech.time,
        "instant": speech.instant,
        "vietnamese": partial(_vietnamese, speech.language),
    }
    return environment


def _vietnamese(language: Language, text: str) -> Markup | str:
    """Return a text that exists in Vietnamese only, marked as such on an English page."""
    if language is Language.VI or not text:
        return text
    return Markup('<span lang="vi">{}</span>').format(text)


@cache
def _asset_addresses() -> Mapping[str, str]:
    """Return each static file's address, which changes with its content."""
    return MappingProxyType(
        {
            file.name: f"/static/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
            for file in sorted(_STATIC.iterdir())
            if file.is_file()
        }
    )
