"""JSON v1: the signed proof of a payment, its paper and XML, and which proofs count no more."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.access.partner_key import partner_of
from api.access.quotas import MINUTE, Quota, Tries, address_of, source_of
from api.access.scope import Scope
from api.citizen.proof_record import ProofRecord, paper_of, proof_record, xml_of
from api.house import House
from api.language import Language
from api.partner.later_out import LaterOut, later_of_proof
from api.partner.receipt_out import ReceiptOut, receipt_out
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from payments.errors import NotFound
from payments.payment_number import is_payment_number
from payments.postgres import acknowledgement_rows, payment_rows
from payments.proven import Ended
from payments.revocations import REVOCATIONS_MAX, sign_revocations

PAPERS_PER_MINUTE_MAX: Final = 120
LISTS_PER_MINUTE_MAX: Final = 30
LIST_LASTS_S: Final = 60

_LANGUAGES: Final[Mapping[str, Language]] = {"vi": Language.VI, "en": Language.EN}


class EndedOut(BaseModel):
    """That a proof of this payment counts no more; `replaced_by` is the number that does."""

    number: str
    turn: Literal["replaced", "revoked"]
    refund_number: str
    kept_vnd: int
    at: VietnamTime
    replaced_by: str | None


class AcknowledgementOut(BaseModel):
    """The signed proof: `signature` is Ed25519 over exactly the bytes of `signed`.

    It is the newest where a refund ended earlier ones. What was signed stays true, whatever became
    of it `later`; `status` says whether it counts.
    """

    number: str
    status: Literal["valid", "revoked"]
    key_id: str
    signed: str = Field(description="base64 of the signed bytes, canonical JSON")
    signature: str = Field(description="base64")
    content: dict[str, object]
    ended: list[EndedOut]
    later: LaterOut
    receipts: list[ReceiptOut]


class RevocationsOut(BaseModel):
    """Every proof that counts no more, as of `content.listed_at`, signed like a proof."""

    key_id: str
    signed: str = Field(description="base64 of the signed bytes, canonical JSON")
    signature: str = Field(description="base64")
    content: dict[str, object]


def routes(house: House) -> APIRouter:
    """Return the doors of proofs."""
    router = APIRouter(prefix="/v1", tags=["acknowledgements"])
    reader = Depends(partner_of(house, Scope.PAYMENTS_READ))
    papers, lists = Quota(PAPERS_PER_MINUTE_MAX, MINUTE), Quota(LISTS_PER_MINUTE_MAX, MINUTE)
    tries = Tries()

    @router.get("/payments/{number}/acknowledgement", responses=refusals(404))
    def acknowledgement(number: str, client: Annotated[str, reader]) -> AcknowledgementOut:
        """Read the signed proof of a paid payment; 404 until it is paid. Strongly consistent."""
        return _out(house, _record(house, number, client=client))

    def drawn(make: Callable[[ProofRecord], bytes], *, number: str, client: str) -> bytes:
        tries.take([(papers, client)], now=house.clock())
        return make(_record(house, number, client=client))

    @router.get(
        "/payments/{number}/acknowledgement.pdf",
        responses={200: {"content": {"application/pdf": {}}}, **refusals(404, 429)},
        response_class=Response,
    )
    def paper(
        number: str,
        client: Annotated[str, reader],
        language: Annotated[Literal["vi", "en"], Query()] = "vi",
    ) -> Response:
        """Read the proof as PDF, with a PAdES signature where this service has a certificate."""
        speech = house.pages.speeches[_LANGUAGES[language]]
        content = drawn(
            lambda record: paper_of(house, record, speech), number=number, client=client
        )
        return Response(content, media_type="application/pdf")

    @router.get(
        "/payments/{number}/acknowledgement.xml",
        responses={200: {"content": {"application/xml": {}}}, **refusals(404, 429)},
        response_class=Response,
    )
    def document(number: str, client: Annotated[str, reader]) -> Response:
        """Read the proof as XML, with a XAdES signature where this service has a certificate."""
        content = drawn(lambda record: xml_of(house, record), number=number, client=client)
        return Response(content, media_type="application/xml")

    @router.get("/revocations", responses=refusals(429))
    def revocations(request: Request, response: Response) -> RevocationsOut:
        """List the proofs that count no more, for who checks proofs offline; open to anyone."""
        source = source_of(address_of(request, proxy_hops=house.settings.proxy_hops))
        now = house.clock()
        tries.take([(lists, source)], now=now)
        with house.open_tx() as tx:
            listed = acknowledgement_rows.revocations(tx, revocations_max=REVOCATIONS_MAX + 1)
        assert len(listed) <= REVOCATIONS_MAX, "a list that left some out would call them valid"
        signed = sign_revocations(listed, signer=house.signer, now=now)
        response.headers["Cache-Control"] = f"public, max-age={LIST_LASTS_S}"
        return RevocationsOut(
            key_id=signed.key_id,
            signed=base64.b64encode(signed.payload).decode(),
            signature=base64.b64encode(signed.signature).decode(),
            content=json.loads(signed.payload),
        )

    return router


def _record(house: House, number: str, *, client: str) -> ProofRecord:
    """Return the proof of a payment of this partner.

    Raises:
        NotFound: there is none, or it is another's.
    """
    if not is_payment_number(number):
        raise NotFound
    with house.open_tx() as tx:
        payment = payment_rows.by_number(tx, number)
        if payment is None or payment.client != client:
            raise NotFound
        record = proof_record(tx, payment.payment_id)
    if record is None:
        raise NotFound
    return record


def _out(house: House, record: ProofRecord) -> AcknowledgementOut:
    signed = record.proven.signed
    return AcknowledgementOut(
        number=signed.number,
        status="revoked" if record.proven.is_revoked else "valid",
        key_id=signed.key_id,
        signed=base64.b64encode(signed.payload).decode(),
        signature=base64.b64encode(signed.signature).decode(),
        content=json.loads(signed.payload),
        ended=[_ended(each) for each in record.proven.ended],
        later=later_of_proof(record.later, house.pages.speeches),
        receipts=[receipt_out(each) for each in record.receipts],
    )


def _ended(ended: Ended) -> EndedOut:
    return EndedOut(
        number=ended.number,
        turn=ended.turn.value,
        refund_number=ended.refund_number,
        kept_vnd=ended.kept.vnd,
        at=ended.at,
        replaced_by=None if ended.successor is None else ended.successor.number,
    )
