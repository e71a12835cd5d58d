"""Handing in a list for a unit without a system of its own: look first, then confirm."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from api.access.staff_session import Staff, staff_of
from api.console.words import word
from api.house import House
from api.language import Language
from api.page import in_both_languages
from api.partner.obligation_files import refused_file, template_file
from api.uploads.columns import COLUMNS
from api.uploads.errors import FileRefused
from api.uploads.take_list import (
    Format,
    Listed,
    ListResult,
    format_of,
    read_list,
    take_list,
    try_list,
)
from ledger.audit_record import REASON_MAX, Act, AuditRecord, StockReason, reason_of
from payments.errors import InputRefused, NotFound
from payments.obligations.registry import KINDS
from payments.postgres.authority_rows import all_authorities

FILE_BYTES_MAX: Final = 2 * 1024 * 1024
"""What still fits into a form once it is written as text."""
AUTHORITIES_MAX: Final = 1_000
ROWS_SHOWN_MAX: Final = 100
CLIENT: Final = "staff"
_NO_FILE: Final = "Hãy chọn một tệp"
_TOO_LARGE: Final = "Tệp lớn hơn 2 MB. Hãy chia thành nhiều tệp"
_NO_CHOICE: Final = "Hãy chọn trong danh sách"
_NO_REASON: Final = "Hãy ghi lý do, tối đa 500 ký tự"


class ListForm(BaseModel):
    """A list as it was looked at, and why it is handed in."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    authority: str = Field(max_length=40)
    kind: str = Field(max_length=40)
    content: str = Field(max_length=2 * FILE_BYTES_MAX)
    reason: str = Field(default="", max_length=4 * REASON_MAX)


@dataclass(frozen=True, slots=True)
class Looked:
    """A file as it came, what was read in it, and what becomes of its rows."""

    raw: bytes
    listed: Listed
    result: ListResult


def routes(house: House) -> APIRouter:
    """Return the pages for handing in lists."""
    pages = APIRouter()

    @pages.get("/uploads")
    def ask(request: Request) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        return _ask(house, request, staff, chosen={"authority": "", "kind": ""}, errors={})

    @pages.get("/uploads/template/{kind}/{format_}")
    def template(request: Request, kind: str, format_: Format) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        if kind not in COLUMNS:
            raise NotFound
        return staff.remember(template_file(kind, format_), now=house.clock())

    @pages.post("/uploads/preview")
    def preview(
        request: Request,
        *,
        form_token: Annotated[str, Form(max_length=200)] = "",
        authority: Annotated[str, Form(max_length=40)] = "",
        kind: Annotated[str, Form(max_length=40)] = "",
        file: Annotated[UploadFile | None, File()] = None,
    ) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form_token)
        raw = b"" if file is None else file.file.read(FILE_BYTES_MAX + 1)
        chosen = {"authority": authority, "kind": kind}
        speech = house.pages.speech(request)
        wrong = _wrong(house, authority=authority, kind=kind, raw=raw)
        if wrong:
            errors = {field: speech.say(words) for field, words in wrong.items()}
            return _ask(house, request, staff, chosen=chosen, errors=errors)
        try:
            listed = _listed(raw, authority=authority, kind=kind)
        except FileRefused as refused:
            words = refused.reason if speech.language is Language.EN else refused.vi
            return _ask(house, request, staff, chosen=chosen, errors={"file": words})
        result = try_list(house, listed, record=_looking(staff, authority))
        return _show(house, request, staff, Looked(raw, listed, result), errors={})

    @pages.post("/uploads")
    def hand_in(request: Request, form: Annotated[ListForm, Form()]) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form.form_token)
        raw = _content(form.content)
        listed = _shown(house, raw, form)
        reason = reason_of(form.reason)
        if not 0 < len(reason) <= REASON_MAX:
            errors = {"reason": house.pages.speech(request).say(_NO_REASON)}
            result = try_list(house, listed, record=_looking(staff, listed.provider))
            return _show(house, request, staff, Looked(raw, listed, result), errors=errors)
        record = staff.doer(reason).did(Act.TAKE_LIST, to=f"authority:{form.authority}")
        result = take_list(house, listed, client=CLIENT, record=record)
        return _show(house, request, staff, Looked(raw, listed, result), errors={})

    @pages.post("/uploads/refused")
    def refused(request: Request, form: Annotated[ListForm, Form()]) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form.form_token)
        listed = _shown(house, _content(form.content), form)
        result = try_list(house, listed, record=_looking(staff, form.authority))
        return staff.remember(refused_file(result), now=house.clock())

    return in_both_languages(pages)


def _content(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InputRefused(field="content", reason="is not as it was shown") from error


def _shown(house: House, raw: bytes, form: ListForm) -> Listed:
    """Return the list a form brings back, which is for an authority there is."""
    if "authority" in _wrong(house, authority=form.authority, kind=form.kind, raw=raw):
        raise NotFound
    return _listed(raw, authority=form.authority, kind=form.kind)


def _listed(raw: bytes, *, authority: str, kind: str) -> Listed:
    if kind not in COLUMNS:
        raise InputRefused(field="kind", reason="has no list")
    return read_list(raw, format_=format_of(raw), kind=kind, provider=authority)


def _looking(staff: Staff, authority: str) -> AuditRecord:
    return staff.doer(StockReason.OPENED_PAGE).did(Act.PREVIEW_LIST, to=f"authority:{authority}")


def _wrong(house: House, *, authority: str, kind: str, raw: bytes) -> dict[str, str]:
    with house.open_tx() as tx:
        codes = {each.code for each in all_authorities(tx, limit_max=AUTHORITIES_MAX)}
    wrong: dict[str, str] = {}
    if authority not in codes:
        wrong["authority"] = _NO_CHOICE
    if kind not in COLUMNS:
        wrong["kind"] = _NO_CHOICE
    if not raw or len(raw) > FILE_BYTES_MAX:
        wrong["file"] = _TOO_LARGE if raw else _NO_FILE
    return wrong


def _ask(
    house: House,
    request: Request,
    staff: Staff,
    *,
    chosen: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:
    with house.open_tx() as tx:
        authorities = all_authorities(tx, limit_max=AUTHORITIES_MAX)
    page = house.pages.show(
        request,
        "console/uploads.html",
        status=422 if errors else 200,
        here="/uploads",
        authorities=[each for each in authorities if each.is_in_force(house.today())],
        kinds={code: KINDS[code].name for code in COLUMNS},
        chosen=chosen,
        errors=errors,
        token=staff.token(),
        staff_token=staff.token(),
    )
    return staff.remember(page, now=house.clock())


def _show(
    house: House, request: Request, staff: Staff, looked: Looked, *, errors: Mapping[str, str]
) -> Response:
    speech = house.pages.speech(request)
    refused = looked.result.refused
    page = house.pages.show(
        request,
        "console/upload.html",
        status=422 if errors else 200,
        here="/uploads",
        listed=looked.listed,
        kind_name=KINDS[looked.listed.kind].name,
        result=looked.result,
        refused=refused[:ROWS_SHOWN_MAX],
        has_more=len(refused) > ROWS_SHOWN_MAX,
        content=base64.b64encode(looked.raw, altchars=b"-_").decode(),
        is_english=speech.language is Language.EN,
        errors=errors,
        word=partial(word, speech),
        token=staff.token(),
        staff_token=staff.token(),
    )
    return staff.remember(page, now=house.clock())
