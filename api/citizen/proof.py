"""The proof of a payment: a permanent page behind a secret address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse

from api.access.citizen_session import payment_cookie
from api.access.cookies import is_secret
from api.access.quotas import MINUTE, PAPERS_PER_MINUTE_MAX, Quota, Tries, address_of, source_of
from api.citizen.proof_paper import DO_NOT_USE, qr_svg, subtracted
from api.citizen.proof_record import ProofRecord, proof_record
from api.citizen.refund_told import refunds_told
from api.house import House
from api.page import in_both_languages, local
from api.seals import NotProvable, SealFolder, inclusion_of
from api.start_payment import handle_hash
from ledger.postgres import seal_rows
from payments.errors import NotFound
from payments.payment import Payment
from payments.postgres import capture_rows, payment_rows, refund_rows, told_rows
from payments.refund import Refund


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the database has behind a handle; `record` is None while nothing is paid.

    `sealed_on` is the business day whose seal the payment's entry stands under, None before.
    """

    payment: Payment
    record: ProofRecord | None
    told_at: datetime | None
    sealed_on: date | None
    refunds: Sequence[Refund]


def routes(house: House) -> APIRouter:
    """Return the page of a proof, and its proof in the book."""
    pages = APIRouter()
    papers = Quota(PAPERS_PER_MINUTE_MAX, MINUTE)
    tries = Tries()

    @pages.get("/p/{handle}")
    def proof(request: Request, handle: str) -> Response:
        kept = _kept(house, handle)
        if kept.record is None:
            # The address is the payer's own: whoever has it may follow the payment here.
            waiting = RedirectResponse(local(request, "/wait"), 303)
            payment_cookie(house.settings).keep(waiting, handle)
            return waiting
        speech = house.pages.speech(request)
        shown = kept.record.read(house, speech)
        since = kept.record.since(speech)
        return house.pages.show(
            request,
            "citizen/proof.html",
            proof=shown,
            state=kept.payment.state.value,
            told_at=kept.told_at,
            sealed_on=kept.sealed_on,
            since=since,
            subtracted=subtracted(shown, since, speech),
            do_not_use=speech.say(DO_NOT_USE, site=urlsplit(house.settings.citizen_url).netloc),
            refunds=refunds_told(kept.refunds, speech, is_proven=True),
            is_open=kept.record.is_open,
            receipts=kept.record.receipts,
            qr=Markup(qr_svg(shown.token)),  # noqa: S704 (drawn by us from our own token)
            handle=handle,
        )

    @pages.get("/p/{handle}/log-proof.json")
    def log_proof(request: Request, handle: str) -> Response:
        source = source_of(address_of(request, proxy_hops=house.settings.proxy_hops))
        tries.take([(papers, source)], now=house.clock())
        kept = _kept(house, handle)
        with house.open_tx() as tx:
            key = capture_rows.fulfilling_key(tx, kept.payment.payment_id)
            try:
                proof = inclusion_of(tx, SealFolder(house.settings.seals), key or "")
            except NotProvable as refusal:
                raise NotFound from refusal
        name = f"{kept.payment.number}-log-proof.json"
        return JSONResponse(
            proof, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    return in_both_languages(pages)


def _kept(house: House, handle: str) -> _Kept:
    if not is_secret(handle):
        raise NotFound
    with house.open_tx() as tx:
        payment = payment_rows.by_handle_hash(tx, handle_hash(handle))
        if payment is None:
            raise NotFound
        key = capture_rows.fulfilling_key(tx, payment.payment_id)
        sealed = None if key is None else seal_rows.seal_over(tx, key)
        return _Kept(
            payment,
            proof_record(tx, payment.payment_id),
            told_rows.told_at(tx, payment.payment_id),
            None if sealed is None else sealed.day.business_date,
            refund_rows.of_payments(tx, [payment.payment_id]),
        )
