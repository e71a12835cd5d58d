"""Reads stored words of partners again, with the keys of today, as if they came in now."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateways.contract import Gateway, Notice, Outcome, Rejection, SettlementLine
from gateways.errors import GatewayError
from ledger.postgres.transaction import Tx
from payments.evidence import EvidenceKind
from reconciliation.postgres import file_rows
from reconciliation.postgres.proof_word_rows import Word
from reconciliation.report_line import Place, place_of

ASKED = "ask"
"""Where an answer to a question stands; other answers say nothing of money."""


@dataclass(slots=True)
class Rereading:
    """Reads words one after the other; the report read last is kept for its next line."""

    gateways: Mapping[str, Gateway]
    _read: tuple[str, bytes] | None = None
    _lines: Mapping[int, SettlementLine] | str = ""

    def notice(self, tx: Tx, word: Word) -> Notice | str:
        """Return what a word says today, or why it is not believed."""
        gateway = self.gateways.get(word.gateway)
        if gateway is None:
            return f"no gateway {word.gateway} is set up"
        match word.kind:
            case EvidenceKind.CALLBACK:
                read = gateway.read_callback(word.raw)
                return read.reason if isinstance(read, Rejection) else read
            case EvidenceKind.ANSWER:
                return _answered(gateway, word)
            case EvidenceKind.REPORT_LINE:
                return self._reported(tx, gateway, word)

    def _reported(self, tx: Tx, gateway: Gateway, word: Word) -> Notice | str:
        place = place_of(word.raw.path)
        if place is None:
            return f"{word.raw.path!r} names no line of a file"
        if self._read != (place.source, place.sha256):
            self._lines = _lines(tx, gateway, place)
            self._read = (place.source, place.sha256)
        if isinstance(self._lines, str):
            return self._lines
        line = self._lines.get(place.line)
        if line is None:
            return f"file {place.path} holds no such line"
        return Notice(
            gateway=gateway.code,
            reference=line.reference,
            gateway_transaction=line.gateway_transaction,
            outcome=Outcome.PAID,
            amount=line.amount,
            currency="VND",
            occurred_at=line.paid_at,
            partner_code="report",
        )


def _lines(tx: Tx, gateway: Gateway, place: Place) -> Mapping[int, SettlementLine] | str:
    """Return the lines of a report by number, or why it is not believed."""
    found = file_rows.bytes_of(tx, source=place.source, sha256=place.sha256)
    if found is None:
        return f"there is no file {place.path}"
    raw, party = found
    if party != gateway.code:
        return f"file {place.path} is not one of {gateway.code}"
    try:
        report = gateway.read_report(raw)
    except GatewayError as error:
        return f"its report is not believed: {error}"
    return {line.line_number: line for line in report.lines}


def _answered(gateway: Gateway, word: Word) -> Notice | str:
    if word.raw.path != ASKED:
        return "an answer, but not to a question"
    if word.prepared is None:
        return "an answer about no order of ours"
    try:
        return gateway.read_answer(word.prepared, word.raw.body)
    except GatewayError as error:
        return str(error)
