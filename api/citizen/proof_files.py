"""What a payer keeps of a proof: the paper, the XML, and the receipts agencies attached."""

from typing import Final

from fastapi import APIRouter, Request, Response

from api.access.cookies import is_secret
from api.access.quotas import MINUTE, PAPERS_PER_MINUTE_MAX, Quota, Tries, address_of, source_of
from api.citizen.proof_record import ProofRecord, paper_of, proof_record, xml_of
from api.house import House
from api.page import in_both_languages
from api.start_payment import handle_hash
from payments.errors import NotFound
from payments.postgres import payment_rows

_KEPT_ONLY: Final = "application/octet-stream"


def routes(house: House) -> APIRouter:
    """Return the files of a proof, each behind its payer's secret address."""
    pages = APIRouter()
    papers, tries = Quota(PAPERS_PER_MINUTE_MAX, MINUTE), Tries()

    def taken(request: Request, handle: str) -> ProofRecord:
        """Return the proof a file is made of, so often for one source and no more."""
        source = source_of(address_of(request, proxy_hops=house.settings.proxy_hops))
        tries.take([(papers, source)], now=house.clock())
        return _record(house, handle)

    @pages.get("/p/{handle}/proof.pdf")
    def paper(request: Request, handle: str) -> Response:
        record = taken(request, handle)
        content = paper_of(house, record, house.pages.speech(request))
        return _file(
            content, "application/pdf", disposition=f"inline; filename={record.number}.pdf"
        )

    @pages.get("/p/{handle}/proof.xml")
    def document(request: Request, handle: str) -> Response:
        record = taken(request, handle)
        content = xml_of(house, record)
        return _file(
            content, "application/xml", disposition=f"attachment; filename={record.number}.xml"
        )

    @pages.get("/p/{handle}/receipt-{receipt}.xml")
    def receipt_document(request: Request, handle: str, receipt: int) -> Response:
        content = _attached(taken(request, handle), receipt)
        # The agency's own bytes: only ever kept as a file, never opened as a page of ours.
        return _file(content, _KEPT_ONLY, disposition="attachment; filename=receipt.xml")

    return in_both_languages(pages)


def _record(house: House, handle: str) -> ProofRecord:
    if not is_secret(handle):
        raise NotFound
    with house.open_tx() as tx:
        payment = payment_rows.by_handle_hash(tx, handle_hash(handle))
        record = None if payment is None else proof_record(tx, payment.payment_id)
    if record is None:
        raise NotFound
    return record


def _attached(record: ProofRecord, receipt_id: int) -> bytes:
    named = (each for each in record.receipts if each.receipt_id == receipt_id)
    document = next((each.receipt.document for each in named), None)
    if document is None:
        raise NotFound
    return document


def _file(content: bytes, media_type: str, *, disposition: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
