"""JSON v1: the code an authority prints on its paper, so that nobody has to type a number."""

import io
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from api.access.partner_key import partner_of
from api.access.qr_token import NoQrKey, Paper, qr_address, qr_code
from api.access.scope import Scope
from api.house import House
from api.partner.refusals import refusals
from payments.errors import InputRefused, NotFound
from payments.obligation import NUMBER_MAX
from payments.obligations.registry import KINDS
from payments.postgres.authority_rows import authority_of

SCALE = 8
"""Pixels or units per square of the code."""


class QrOut(BaseModel):
    """What to print: the `address` as a code, or the picture of it."""

    address: str
    svg: str = Field(description="the picture, to be put into a page as it stands")


_PICTURES: Final[dict[str, dict[str, str]]] = {"image/svg+xml": {}, "image/png": {}}


def routes(house: House) -> APIRouter:
    """Return the door of the codes."""
    router = APIRouter(prefix="/v1", tags=["obligations"])
    partner = Depends(partner_of(house, Scope.OBLIGATIONS_READ))

    @router.get(
        "/obligations/qr",
        response_model=QrOut,
        responses=refusals(404) | {200: {"content": _PICTURES}},
    )
    def qr(
        client: Annotated[str, partner],
        authority: Annotated[str, Query(max_length=40, examples=["csgt"])],
        kind: Annotated[str, Query(max_length=40, examples=["traffic_fine"])],
        number: Annotated[str, Query(max_length=NUMBER_MAX, examples=["0001/QĐ-XPHC"])],
        form: Literal["json", "svg", "png"] = "json",
    ) -> Response:
        """Return the code for a paper of an authority this partner speaks for; any number of it.

        It can be printed before the decision is pushed, and opens it from then on.
        """
        with house.open_tx() as tx:
            known = authority_of(tx, client, code=authority)
        # Who may print the code of a paper may see what it opens: never another's.
        if known is None:
            raise NotFound(authority)
        if kind not in KINDS:
            raise InputRefused(field="kind", reason="is not a kind of obligation known here")
        try:
            address = qr_address(house.settings, Paper(authority, kind, number))
        except NoQrKey as error:
            raise NotFound("codes") from error
        return _answer(address, form)

    return router


def _answer(address: str, form: str) -> Response:
    picture = io.BytesIO()
    if form == "png":
        qr_code(address).save(picture, kind="png", scale=SCALE)
        return Response(picture.getvalue(), media_type="image/png")
    qr_code(address).save(picture, kind="svg", scale=SCALE, xmldecl=form == "svg")
    if form == "svg":
        return Response(picture.getvalue(), media_type="image/svg+xml")
    told = QrOut(address=address, svg=picture.getvalue().decode())
    return Response(told.model_dump_json(), media_type="application/json")
