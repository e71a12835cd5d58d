"""A receipt of an agency as JSON: its payer is never in it."""

from datetime import date

from pydantic import BaseModel, Field

from api.partner.vietnam_time import VietnamTime
from payments.state_receipt import AttachedReceipt


class ReceiptLineOut(BaseModel):
    """One fee or charge."""

    name: str
    amount_vnd: int


class ReceiptOut(BaseModel):
    """A receipt that an agency issued and answers for; a cancelled one keeps its number."""

    receipt: int = Field(description="our number of it, to cancel it by")
    sort: str
    authority: str
    tax_id: str
    template: str
    series: str
    number: str = Field(description="seven digits")
    name: str
    organisation: str
    address: str
    lines: list[ReceiptLineOut]
    amount_vnd: int
    amount_words: str
    issued_on: date
    difference_reason: str
    link: str
    has_document: bool
    attached_at: VietnamTime
    cancelled_at: VietnamTime | None
    cancel_reason: str


def receipt_out(attached: AttachedReceipt) -> ReceiptOut:
    """Return a receipt as partners read it."""
    receipt, called = attached.receipt, attached.receipt.called
    return ReceiptOut(
        receipt=attached.receipt_id,
        sort=receipt.sort.value,
        authority=attached.authority,
        tax_id=called.tax_id,
        template=called.template,
        series=called.series,
        number=f"{called.number:07}",
        name=receipt.name,
        organisation=receipt.organisation,
        address=receipt.address,
        lines=[
            ReceiptLineOut(name=line.name, amount_vnd=line.amount.vnd) for line in receipt.lines
        ],
        amount_vnd=receipt.amount.vnd,
        amount_words=receipt.words,
        issued_on=receipt.issued_on,
        difference_reason=receipt.difference_reason,
        link=receipt.link,
        has_document=receipt.document is not None,
        attached_at=attached.attached_at,
        cancelled_at=attached.cancelled_at,
        cancel_reason=attached.cancel_reason,
    )
