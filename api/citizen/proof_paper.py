"""The proof of a payment in words, for the page and for the paper alike, and the paper itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import segno
import typst

from api.clock import VIETNAM
from api.explained import ShownLine, ShownStep, explained_line
from api.language import Language, Speech
from ledger.money import Money, total
from payments.acknowledgement import SignedAcknowledgement
from payments.explanation import read_explanation
from payments.obligations.registry import KINDS

TOKEN_LINE_MAX: Final = 54

_NO_SUSPECTS: Final = b"/Suspects false"

_API: Final = Path(__file__).parents[1]
_TEMPLATE: Final = _API / "templates" / "citizen" / "proof.typ"
_FONTS: Final = _API / "fonts"


REVOKED: Final = "Không còn giá trị: đã hoàn lại toàn bộ"
DO_NOT_USE: Final = (
    "Đừng dùng giấy này nữa: ai kiểm tra số giao dịch và số tiền ở %(site)s/verify đều thấy giấy"
    " không còn giá trị."
)


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """What went back of what was paid."""

    number: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Since:
    """What became of a proof after it was signed, told in one language.

    `refunds` are all that ended a proof of this payment, those before this one was signed too.
    """

    sentences: tuple[str, ...] = ()
    is_revoked: bool = False
    refunds: tuple[ShownRefund, ...] = ()


NOTHING_SINCE: Final = Since()


@dataclass(frozen=True, slots=True)
class ProofPart:
    """What was paid on one obligation: `about` names it."""

    about: str
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was signed, in the words of one language.

    `paid` is what was paid at first, `amount` what this proof is for. `replaces` is the number of
    the proof before this one, '' of the first.
    """

    number: str
    title: str
    note: str
    amount: Money
    amount_words: str
    parts: tuple[ProofPart, ...]
    beneficiary_name: str
    beneficiary_account: str
    beneficiary_bank: str
    gateway: str
    gateway_transaction: str
    paid_at: datetime
    token: str
    key_id: str
    paid: Money
    replaces: str

    @property
    def about(self) -> tuple[str, ...]:
        """Return what was paid, each obligation once."""
        return tuple(part.about for part in self.parts)

    @property
    def has_more(self) -> bool:
        """Say whether something is left to pay after this, such as a later instalment."""
        return any(line.more for part in self.parts for line in part.lines)


def read_proof(signed: SignedAcknowledgement, speech: Speech, names: Mapping[str, str]) -> Proof:
    """Return what was signed, in this language; `names` are the gateways' by code."""
    content: dict[str, Any] = json.loads(signed.payload)
    spoken = "en" if speech.language is Language.EN else "vi"
    account: dict[str, str] = content["beneficiary"]
    lines: list[dict[str, Any]] = content["lines"]
    code = str(content["gateway"])
    return Proof(
        number=signed.number,
        title=str(content[f"title_{spoken}"]),
        note=str(content[f"note_{spoken}"]),
        amount=Money(int(content["amount_vnd"])),
        amount_words=str(content[f"amount_words_{spoken}"]),
        parts=_parts(lines, speech),
        beneficiary_name=account["name"],
        beneficiary_account=account["account_number"],
        beneficiary_bank=account["bank_name"],
        gateway=names.get(code, code),
        gateway_transaction=str(content["gateway_transaction"]),
        paid_at=datetime.fromisoformat(str(content["paid_at"])),
        token=str(content["qr"]),
        key_id=signed.key_id,
        paid=paid_at_first(content),
        replaces=str(content.get("replaces", "")),
    )


def paid_at_first(content: Mapping[str, Any]) -> Money:
    """Return what was paid, of what was signed, before anything went back."""
    return Money(int(content.get("paid_vnd", content["amount_vnd"])))


def qr_svg(token: str) -> str:
    """Return the token as a QR code that scales, ready to stand inside a page."""
    code = segno.make(token, error="m", micro=False)
    return code.svg_inline(border=3, omitsize=True, svgclass=None, lineclass=None)


def paper(
    proof: Proof, speech: Speech, *, site: str, sandbox: bool, since: Since = NOTHING_SINCE
) -> bytes:
    """Return the proof as a PDF for keeping and for screen readers; the same each time.

    `since` is what became of it by now. In the sandbox it says across its head that no money moved.
    """
    words = _words(proof, speech, site=site) | {
        "since_title": speech.say("Có thay đổi sau khi nộp"),
        "since": list(since.sentences),
        "subtracted": subtracted(proof, since, speech),
    }
    if since.is_revoked:
        words |= {
            "status": speech.say(REVOKED),
            "is_revoked": True,
            "check_title": "",
            "check": speech.say(DO_NOT_USE, site=site),
        }
    if sandbox:
        made_up = speech.say("mọi khoản phải nộp và số tiền ở đây đều là giả.")
        words["warning"] = f"{speech.say('Trang thử nghiệm')}: {made_up}"
    drawn = typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(words, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
    )
    # What is false if left out; poppler calls it a syntax error where it is said. The same length
    # leaves all places in the file as they are.
    return drawn.replace(_NO_SUSPECTS, b" " * len(_NO_SUSPECTS), 1)


def subtracted(proof: Proof, since: Since, speech: Speech) -> list[list[str]]:
    """Return the rows below what was paid: the sum, what went back of it, and what is left."""
    if not since.refunds:
        return []
    left = proof.paid - total(each.amount for each in since.refunds)
    return [
        [speech.say("Đã nộp lúc đầu"), speech.dong(proof.paid)],
        *(
            [
                speech.say(
                    "Đã hoàn lại, hoàn tiền số %(refund)s, %(at)s",
                    refund=each.number,
                    at=speech.instant(each.at),
                ),
                f"\N{MINUS SIGN}{speech.dong(each.amount)}",
            ]
            for each in since.refunds
        ),
        [speech.say("Còn lại"), speech.dong(left)],
    ]


def _parts(lines: Sequence[Mapping[str, Any]], speech: Speech) -> tuple[ProofPart, ...]:
    """Return the lines by obligation, each group where its first line stands."""
    groups: dict[str, list[ShownLine]] = {}
    for line in lines:
        groups.setdefault(_about(line, speech), []).append(_line(line, speech))
    return tuple(ProofPart(about, tuple(found)) for about, found in groups.items())


def _about(line: Mapping[str, Any], speech: Speech) -> str:
    kind = KINDS.get(str(line["kind"]))
    number = f"{speech.say('số')} {line['obligation_number']}"
    return number if kind is None else f"{speech.say(kind.name)}, {number}"


def _line(line: Mapping[str, Any], speech: Speech) -> ShownLine:
    amount = Money(int(line["amount_vnd"]))
    return explained_line(read_explanation(line), amount=amount, speech=speech)


def _words(proof: Proof, speech: Speech, *, site: str) -> dict[str, object]:
    say = speech.say
    paid_at = proof.paid_at.astimezone(VIETNAM)
    account = f"{proof.beneficiary_name}, {proof.beneficiary_account}, {proof.beneficiary_bank}"
    return {
        "language": str(speech.language),
        "service": say("Thanh toán dịch vụ công"),
        "site": site,
        "warning": "",
        "date": {
            name: getattr(paid_at, name)
            for name in ("year", "month", "day", "hour", "minute", "second")
        },
        "title": proof.title,
        "note": f"{proof.note}.",
        "status": say("Đã nộp"),
        "is_revoked": False,
        "amount": speech.dong(proof.amount),
        "amount_words": proof.amount_words,
        "facts_title": say("Giao dịch"),
        "facts": [
            [say("Số giao dịch"), proof.number],
            [say("Nộp cho"), "; ".join(proof.about)],
            [say("Trả tiền lúc"), say("%(at)s (giờ Việt Nam)", at=speech.instant(paid_at))],
            [say("Cách thanh toán"), proof.gateway],
            [say("Mã giao dịch ở đơn vị thanh toán"), proof.gateway_transaction],
            [say("Đơn vị thụ hưởng"), account],
            *([[say("Thay cho giấy số"), proof.replaces]] if proof.replaces else []),
        ],
        "keyword": proof.token,
        "lines_title": say("Số tiền đã nộp"),
        "part": say("Phần"),
        "amount_head": say("Số tiền"),
        "parts": [
            {
                "about": part.about if len(proof.parts) > 1 else "",
                "lines": [_paper_line(line, speech) for line in part.lines],
            }
            for part in proof.parts
        ],
        "check_title": say("Cách kiểm tra giấy này"),
        "check": say(
            "Tự gõ địa chỉ %(site)s/verify, rồi quét mã hoặc nhập số giao dịch và số tiền. "
            "Đừng tin một trang khác mà mã dẫn đến: mã này không chứa địa chỉ nào.",
            site=site,
        ),
        "qr_svg": qr_svg(proof.token),
        "qr_alt": say("Mã QR chứa số giao dịch, số tiền, thời điểm và chữ ký số"),
        "token_lines": [
            proof.token[start : start + TOKEN_LINE_MAX]
            for start in range(0, len(proof.token), TOKEN_LINE_MAX)
        ],
        "footer": say("Ký bằng khóa %(key)s.", key=proof.key_id),
    }


def _paper_line(line: ShownLine, speech: Speech) -> dict[str, object]:
    """Return an amount as the paper shows it: its steps, then why, in small print."""
    ground = f"{speech.say('Căn cứ:')} {line.law}." if line.law else ""
    reasons = (line.rounding, line.rule)
    why = " ".join([*(f"{reason}." for reason in reasons if reason), ground, line.doubt, line.more])
    return {
        "label": line.label,
        "steps": [line.formula] if line.formula else [_paper_step(step) for step in line.steps],
        "why": why.strip(),
        "amount": line.amount,
    }


def _paper_step(step: ShownStep) -> str:
    ground = f" ({step.law})" if step.law else ""
    product = f"{step.formula} = {step.amount}" if step.formula else step.amount
    return f"{step.label}: {product}{ground}"
