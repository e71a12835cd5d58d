"""JSON v1: the payments of a partner, newest first."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.deliveries import no_space
from api.partner.payment_out import PaymentSummaryOut, summary_out
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.obligation import normalised_number
from payments.payment_number import is_payment_number
from payments.postgres import payment_rows
from payments.postgres.payment_list_rows import Wanted, newest_payments
from payments.states import PaymentState

PAGE_MAX: Final = 100
METADATA_MAX: Final = 20
METADATA_KEY: Final = r"^[A-Za-z0-9_.-]{1,40}$"
METADATA_TEXT_MAX: Final = 500

_METADATA: Final = re.compile(r"metadata\[(.*)\]")
_DOCUMENTED: Final = {
    "name": "metadata",
    "in": "query",
    "style": "deepObject",
    "explode": True,
    "description": "only payments with this metadata, such as `metadata[order]=4711`",
    "schema": {
        "type": "object",
        "maxProperties": METADATA_MAX,
        "propertyNames": {"pattern": METADATA_KEY},
        "additionalProperties": {"type": "string", "maxLength": METADATA_TEXT_MAX},
    },
}

Instant = Annotated[AwareDatetime, BeforeValidator(no_space)]


class PaymentsOut(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    payments: list[PaymentSummaryOut]
    next_cursor: str | None = Field(description="`cursor` of the next page")


def routes(house: House) -> APIRouter:
    """Return the door that lists payments."""
    router = APIRouter(prefix="/v1", tags=["payments"])
    partner = Depends(partner_of(house, Scope.PAYMENTS_READ))

    @router.get("/payments", openapi_extra={"parameters": [_DOCUMENTED]})
    def read_all(
        request: Request,
        *,
        client: Annotated[str, partner],
        status: PaymentState | None = None,
        number: Annotated[
            str | None,
            Query(min_length=1, max_length=100, description="of what is paid for"),
        ] = None,
        since: Annotated[
            Instant | None, Query(alias="from", description="opened at or after")
        ] = None,
        until: Annotated[Instant | None, Query(alias="to", description="opened before")] = None,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> PaymentsOut:
        """List the payments of this partner, newest first; new ones do not shift later pages."""
        metadata = _metadata(request)
        with house.open_tx() as tx:
            wanted = Wanted(
                client=client,
                state=status,
                number=None if number is None else normalised_number(number),
                since=since,
                until=until,
                metadata=metadata,
                before=None if cursor is None else _before(tx, cursor, client=client),
            )
            found = newest_payments(tx, wanted, payments_max=limit + 1)
        page = found[:limit]
        return PaymentsOut(
            payments=[summary_out(payment) for payment in page],
            next_cursor=page[-1].number if len(found) > len(page) else None,
        )

    return router


def _before(tx: Tx, cursor: str, *, client: str) -> int:
    payment = payment_rows.by_number(tx, cursor) if is_payment_number(cursor) else None
    if payment is None or payment.client != client:
        raise InputRefused(field="query.cursor", reason="is not one a page of this list ended with")
    return payment.payment_id


def _metadata(request: Request) -> Mapping[str, str]:
    """Return what is asked of metadata, each key once."""
    asked: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        found = _METADATA.fullmatch(name)
        if found is None:
            continue
        key = found[1]
        if not re.fullmatch(METADATA_KEY, key) or len(asked) >= METADATA_MAX or key in asked:
            raise InputRefused(field="query.metadata", reason="has a key that cannot be one")
        if len(text) > METADATA_TEXT_MAX or not text.isprintable():
            raise InputRefused(field="query.metadata", reason="has a text that cannot be one")
        asked[key] = text
    return asked
