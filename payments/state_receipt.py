"""A receipt of the State as an agency sends it: its own document, beside our proof."""

import enum
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.money import ZERO, Money, total
from payments.amount_in_words import WORDS_MAX, amount_in_vietnamese, says_amount
from payments.errors import InputRefused
from payments.webhook_address import webhook_address

TEMPLATES: Final = ("EBL01", "EBL02")
NUMBER_MAX: Final = 9_999_999
LINES_MAX: Final = 50
TEXT_MAX: Final = 300
LINK_MAX: Final = 500
DOCUMENT_BYTES_MAX: Final = 32 * 1024
DIFFERENCE_MAX: Final = 500

_SERIES: Final = re.compile(r"[0-9]{2}[A-Z]")
_VOUCHER_WORD: Final = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,19}")
_TAX_ID: Final = re.compile(r"[0-9]{10}|[0-9]{10}-[0-9]{3}|[0-9]{12}")
_LINK: Final = re.compile(r"https://[^\s\"'<>\\]+")


class ReceiptSort(enum.StrEnum):
    """What sort of document it is."""

    E_RECEIPT = "e_receipt"  # biên lai điện tử, of fees and charges
    FINE_VOUCHER = "fine_voucher"  # chứng từ thu, nộp tiền phạt


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One fee or charge on a receipt."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ReceiptName:
    """What a receipt is called: no two bear the same."""

    tax_id: str
    template: str
    series: str
    number: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as its agency wrote it; `amount_words` is '' where the agency gave none.

    `link` leads to it at the agency, '' without one; `document` is the agency's signed XML, None
    without one. `difference_reason` says why its amount is not what was paid, '' when it is.
    """

    sort: ReceiptSort
    called: ReceiptName
    name: str
    organisation: str
    address: str
    lines: tuple[ReceiptLine, ...]
    amount_words: str
    issued_on: date
    difference_reason: str = ""
    link: str = ""
    document: bytes | None = None

    @property
    def amount(self) -> Money:
        """Return what the receipt is for in all."""
        return total(line.amount for line in self.lines)

    @property
    def words(self) -> str:
        """Return the amount in words: the agency's, or ours where it gave none."""
        return self.amount_words or amount_in_vietnamese(self.amount)


@dataclass(frozen=True, slots=True)
class AttachedReceipt:
    """A receipt beside the proof of the payment it is for; a cancelled one keeps its number."""

    receipt_id: int
    authority: str
    payment_id: int
    obligation_id: int
    receipt: Receipt
    attached_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str


def check_receipt(receipt: Receipt, *, paid: Money, today: date, attached: Money = ZERO) -> None:
    """Refuse a receipt that cannot be right; `paid` is what was paid for its obligation.

    `attached` is what other receipts of it come to that are not cancelled.

    Raises:
        InputRefused: naming the field.
    """
    _check_name(receipt)
    for field, text in (
        ("name", receipt.name),
        ("organisation", receipt.organisation),
        ("address", receipt.address),
        *((f"lines.{place}.name", line.name) for place, line in enumerate(receipt.lines)),
    ):
        _check_text(text, field=field, size_max=TEXT_MAX)
    if receipt.issued_on > today:
        raise InputRefused(field="issued_on", reason="lies ahead")
    _check_amount(receipt, paid=paid, attached=attached)
    _check_words(receipt)
    _check_where(receipt)


def read_payer(payer: Mapping[str, str]) -> dict[str, str]:
    """Return what is sealed of a payer.

    Raises:
        InputRefused: a field is longer than any can be.
    """
    for field, text in payer.items():
        _check_text(text, field=f"payer.{field}", size_max=TEXT_MAX)
    return dict(payer)


def digest_of(receipt: Receipt) -> bytes:
    """Return what tells two receipts of one name apart; of the payer nothing is in it."""
    document = receipt.document or b""
    said = [
        receipt.sort.value,
        *(receipt.called.tax_id, receipt.called.template, receipt.called.series),
        *(receipt.called.number, receipt.name, receipt.organisation, receipt.address),
        [[line.name, line.amount.vnd] for line in receipt.lines],
        *(receipt.amount_words, receipt.issued_on.isoformat(), receipt.difference_reason),
        *(receipt.link, hashlib.sha256(document).hexdigest()),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).digest()


def place_of(called: ReceiptName) -> str:
    """Return where the payer of a receipt is sealed, and can be opened."""
    name = f"{called.tax_id}:{called.template}:{called.series}:{called.number}"
    return f"payments.state_receipt.payer:{name}"


def _check_name(receipt: Receipt) -> None:
    called = receipt.called
    if not _TAX_ID.fullmatch(called.tax_id):
        raise InputRefused(field="tax_id", reason="has 10 or 12 digits, or 10, a dash and 3")
    if not 0 < called.number <= NUMBER_MAX:
        raise InputRefused(field="number", reason="has at most 7 digits and begins with 1")
    if receipt.sort is ReceiptSort.FINE_VOUCHER:
        for field, text in (("template", called.template), ("series", called.series)):
            if not _VOUCHER_WORD.fullmatch(text):
                raise InputRefused(field=field, reason="has 1 to 20 capitals, digits, . / -")
        return
    if called.template not in TEMPLATES:
        raise InputRefused(field="template", reason=f"is one of {', '.join(TEMPLATES)}")
    if not _SERIES.fullmatch(called.series):
        raise InputRefused(field="series", reason="is two digits of the year and a capital")
    if int(called.series[:2]) != receipt.issued_on.year % 100:
        raise InputRefused(field="series", reason="is of another year than the receipt")


def _check_amount(receipt: Receipt, *, paid: Money, attached: Money) -> None:
    if not 0 < len(receipt.lines) <= LINES_MAX:
        raise InputRefused(field="lines", reason=f"has 1 to {LINES_MAX} lines")
    if any(line.amount <= Money(0) for line in receipt.lines):
        raise InputRefused(field="lines", reason="has amounts above zero only")
    if attached.vnd + sum(line.amount.vnd for line in receipt.lines) > WORDS_MAX:
        raise InputRefused(field="lines", reason=f"come to more than {WORDS_MAX}")
    why = receipt.difference_reason
    if not why:
        _check_sum(receipt.amount, paid=paid, attached=attached)
        return
    if receipt.amount == paid and not attached.is_positive:
        raise InputRefused(field="difference_reason", reason="is given, but nothing differs")
    _check_text(why, field="difference_reason", size_max=DIFFERENCE_MAX)


def _check_sum(amount: Money, *, paid: Money, attached: Money) -> None:
    if attached + amount == paid:
        return
    if attached.is_positive:
        raise InputRefused(
            field="lines",
            reason=f"come to {amount.vnd} beside {attached.vnd} on other receipts, but {paid.vnd}"
            " was paid; say why",
        )
    raise InputRefused(
        field="lines", reason=f"come to {amount.vnd}, but {paid.vnd} was paid; say why"
    )


def _check_words(receipt: Receipt) -> None:
    words = receipt.amount_words
    if not words:
        return
    _check_text(words, field="amount_words", size_max=TEXT_MAX)
    if not says_amount(words, receipt.amount):
        ours = amount_in_vietnamese(receipt.amount)
        raise InputRefused(field="amount_words", reason=f"does not say {ours}; it may be left out")


def _check_where(receipt: Receipt) -> None:
    if not receipt.link and receipt.document is None:
        raise InputRefused(field="link", reason="or the document itself is needed")
    if receipt.link:
        _check_link(receipt.link)
    if receipt.document is not None and not 0 < len(receipt.document) <= DOCUMENT_BYTES_MAX:
        raise InputRefused(field="document", reason=f"has 1 to {DOCUMENT_BYTES_MAX} bytes")


def _check_link(link: str) -> None:
    """Refuse what payers could not follow, or would follow to somewhere else than it looks."""
    if len(link) > LINK_MAX or not _LINK.fullmatch(link):
        raise InputRefused(field="link", reason="is not an https address")
    try:
        webhook_address(link.partition("#")[0], is_sandbox=False)
    except InputRefused as error:
        raise InputRefused(field="link", reason=error.reason) from error


def _check_text(text: str, *, field: str, size_max: int) -> None:
    if not 0 < len(text) <= size_max or not text.isprintable() or text != text.strip():
        raise InputRefused(field=field, reason=f"has 1 to {size_max} printable characters")
