"""Who did what to what, and why: newest first, page by page, by whom or about what."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter, Request, Response

from api.access.staff_session import staff_of
from api.console.words import word
from api.house import House
from api.page import in_both_languages
from ledger.audit_record import NAME_SHAPE, Act, StockReason
from ledger.postgres import audit_rows
from ledger.postgres.audit_rows import KeptRecord
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused

ROWS_MAX: Final = 50
_DIGITS_MAX: Final = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for, as typed; '' asks for all."""

    actor: str
    subject: str

    def wrong(self) -> dict[str, str]:
        """Return what cannot be looked for, in Vietnamese by field."""
        fields = {"actor": self.actor, "subject": self.subject}
        return {
            field: "Chỉ gồm chữ không dấu, chữ số và dấu câu, không quá 120 ký tự"
            for field, typed in fields.items()
            if typed and not NAME_SHAPE.fullmatch(typed)
        }


def routes(house: House) -> APIRouter:
    """Return the audit page, which records its own readers too."""
    pages = APIRouter()

    @pages.get("/audit")
    def audit(
        request: Request, *, actor: str = "", subject: str = "", before: str = ""
    ) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        asked = Asked(actor.strip(), subject.strip())
        older_than = _number(before)
        speech = house.pages.speech(request)
        errors = {field: speech.say(text) for field, text in asked.wrong().items()}
        with house.open_tx() as tx:
            audit_rows.record(
                tx, staff.doer(StockReason.OPENED_PAGE).did(Act.VIEW_AUDIT, to="audit")
            )
            found = [] if errors else _found(tx, asked, before=older_than)
        page = house.pages.show(
            request,
            "console/audit.html",
            status=422 if errors else 200,
            asked=asked,
            errors=errors,
            is_newest=older_than is None,
            rows=found[:ROWS_MAX],
            has_older=len(found) > ROWS_MAX,
            word=partial(word, speech),
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    return in_both_languages(pages)


def _found(tx: Tx, asked: Asked, *, before: int | None) -> list[KeptRecord]:
    """Return one record more than a page holds, which says whether there is an older page."""
    return audit_rows.newest(
        tx,
        before=before,
        actor=asked.actor or None,
        subject=asked.subject or None,
        limit_max=ROWS_MAX + 1,
    )


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX):
        raise InputRefused(field="before", reason="is not the number of a record")
    return int(text)
