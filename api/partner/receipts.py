"""JSON v1 for agencies: attach the receipts they issue to what was paid, and cancel one."""

import base64
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.receipt_out import ReceiptOut, receipt_out
from api.partner.refusals import refusals
from ledger.money import VND_MAX, Money
from payments.attach_receipt import ReceiptFor, attach_receipt
from payments.cancel_receipt import cancel_receipt
from payments.errors import InputRefused
from payments.state_receipt import (
    DIFFERENCE_MAX,
    DOCUMENT_BYTES_MAX,
    LINES_MAX,
    LINK_MAX,
    NUMBER_MAX,
    TEXT_MAX,
    Receipt,
    ReceiptLine,
    ReceiptName,
    ReceiptSort,
)

ID_MAX: Final = 2**53 - 1
_BASE64_MAX: Final = DOCUMENT_BYTES_MAX * 4 // 3 + 4

Words = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ReceiptLineIn(_In):
    """One fee or charge on a receipt."""

    name: Words
    amount_vnd: StrictInt = Field(gt=0, le=VND_MAX)


class PayerIn(_In):
    """Whom the receipt names; kept sealed and never shown."""

    name: Words
    tax_or_personal_id: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=TEXT_MAX)


class ReceiptIn(_In):
    """A receipt as the agency issued it, and the payment it is for.

    The lines of all receipts of the obligation that are not cancelled come to what was paid for it;
    one that makes them come to anything else says why in `difference_reason`. `link`, to a public
    name, or `document` is needed.
    """

    authority: str = Field(min_length=1, max_length=40)
    payment: str = Field(min_length=1, max_length=20, description="number of the payment")
    obligation: str = Field(min_length=1, max_length=100, description="number of what was paid")
    sort: Literal["e_receipt", "fine_voucher"] = "e_receipt"
    name: Words = Field(description="such as: Biên lai thu phí, lệ phí không có mệnh giá")
    template: str = Field(min_length=1, max_length=20, description="EBL01 or EBL02")
    series: str = Field(min_length=1, max_length=20, description="two digits of the year, a letter")
    number: StrictInt = Field(gt=0, le=NUMBER_MAX)
    organisation: Words
    tax_id: str = Field(max_length=14, description="of the organisation")
    address: Words
    lines: list[ReceiptLineIn] = Field(min_length=1, max_length=LINES_MAX)
    amount_words: str = Field(
        default="",
        max_length=TEXT_MAX,
        description="the sum of the lines in Vietnamese words; ours are shown where it is left out",
    )
    issued_on: date
    payer: PayerIn | None = None
    link: str = Field(default="", max_length=LINK_MAX, description="https address at the agency")
    document: str = Field(
        default="", max_length=_BASE64_MAX, description="base64 of the agency's signed XML"
    )
    difference_reason: str = Field(default="", max_length=DIFFERENCE_MAX)


class CancelIn(_In):
    """Why the agency cancelled its receipt."""

    reason: str = Field(min_length=1, max_length=DIFFERENCE_MAX)


def routes(house: House) -> APIRouter:
    """Return the doors for receipts of agencies."""
    router = APIRouter(prefix="/v1/receipts", tags=["receipts"])
    writer = Depends(partner_of(house, Scope.OBLIGATIONS_WRITE))

    @router.post("", status_code=201, responses=refusals(404))
    def attach(body: ReceiptIn, client: Annotated[str, writer]) -> ReceiptOut:
        """Attach a receipt to the payment it is for; payers and their clients see it from then on.

        Tax id, template, series and number name it: the same again changes nothing.
        """
        new = ReceiptFor(
            authority=body.authority,
            payment_number=body.payment,
            obligation_number=body.obligation,
            receipt=_receipt(body),
            payer={} if body.payer is None else _payer(body.payer),
        )
        with house.open_tx() as tx:
            kept = attach_receipt(tx, client, new, keys=house.personal_keys, now=house.clock())
        return receipt_out(kept)

    @router.post("/{receipt}/cancel", responses=refusals(404))
    def cancel(
        receipt: Annotated[int, Path(gt=0, le=ID_MAX)],
        body: CancelIn,
        client: Annotated[str, writer],
    ) -> ReceiptOut:
        """Say that the agency cancelled a receipt; its number stays taken for ever."""
        with house.open_tx() as tx:
            kept = cancel_receipt(tx, client, receipt, reason=body.reason, now=house.clock())
        return receipt_out(kept)

    return router


def _payer(payer: PayerIn) -> dict[str, str]:
    """Return what is said of the payer, without what is not said."""
    return {name: text for name, text in payer.model_dump().items() if text}


def _receipt(body: ReceiptIn) -> Receipt:
    return Receipt(
        sort=ReceiptSort(body.sort),
        called=ReceiptName(body.tax_id, body.template, body.series, body.number),
        name=body.name,
        organisation=body.organisation,
        address=body.address,
        lines=tuple(ReceiptLine(line.name, Money(line.amount_vnd)) for line in body.lines),
        amount_words=body.amount_words,
        issued_on=body.issued_on,
        difference_reason=body.difference_reason,
        link=body.link,
        document=_document(body.document),
    )


def _document(text: str) -> bytes | None:
    """Return an attached document, None where there is none.

    Raises:
        InputRefused: it is not base64, or not XML to look at.
    """
    if not text:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise InputRefused(field="document", reason="is not base64") from error
    # It is the agency's and is never opened here: it only goes on as it came.
    if not raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise InputRefused(field="document", reason="is not XML")
    return raw
