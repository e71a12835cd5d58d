"""JSON v1: lists of obligations as CSV or XLSX, for units without a system of their own."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.deliveries import one_authority
from api.partner.refusals import refusals
from api.uploads.cells import Shape
from api.uploads.columns import COLUMNS
from api.uploads.csv_file import write_csv
from api.uploads.take_list import Format, Listed, ListResult, format_of, read_list, take_list
from api.uploads.xlsx_file import write_xlsx
from payments.errors import InputRefused
from payments.postgres.authority_rows import authorities_of

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Kind = Literal["traffic_fine", "fee", "demand"]


class FileQuery(BaseModel):
    """What the rows are; `authority` is needed by a partner that speaks for several."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    authority: str | None = Field(default=None, max_length=40)


class TemplateQuery(BaseModel):
    """Which template, as which file."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    format: Format = Format.CSV


class BadCellOut(BaseModel):
    """Why a row was not taken in; `column` is its header."""

    column: str
    reason: str = Field(description="in Vietnamese")
    reason_en: str


class RefusedRowOut(BaseModel):
    """One row that was not taken in; `row` is its number in the sheet, the header's being 1."""

    row: int
    number: str
    outcome: Literal["refused", "conflicts"]
    errors: list[BadCellOut]


class FileOut(BaseModel):
    """What became of a file: `sha256` is of its bytes, `push` its number in the log of pushes."""

    push: int
    sha256: str
    rows: int
    new: int
    same_again: int
    conflicts: int
    refused: int
    refused_rows: list[RefusedRowOut]


async def file_of(request: Request) -> tuple[bytes, Format]:
    """Return the file a request carries: its content type says which sort, or a form holds it.

    Raises:
        InputRefused: the form holds no file called `file`, or more than it.
        HTTPException: the content type is of no list.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said == "text/csv":
        return await request.body(), Format.CSV
    if said == XLSX_TYPE:
        return await request.body(), Format.XLSX
    if said == "multipart/form-data":
        async with request.form(max_files=1, max_fields=0) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise InputRefused(field="file", reason="is missing")
            raw = await file.read()
        return raw, format_of(raw)
    raise HTTPException(415)


def routes(house: House) -> APIRouter:
    """Return the door for files and their templates."""
    router = APIRouter(prefix="/v1/obligations/files", tags=["obligations"])
    partner = Depends(partner_of(house, Scope.OBLIGATIONS_WRITE))

    @router.post("", openapi_extra={"requestBody": _BODY}, responses=refusals(404, 429))
    def push_file(
        query: Annotated[FileQuery, Query()],
        client: Annotated[str, partner],
        sent: Annotated[tuple[bytes, Format], Depends(file_of)],
    ) -> FileOut:
        """Take in the good rows of a list; each bad one is named. Sent again, nothing doubles."""
        with house.open_tx() as tx:
            authority = one_authority(authorities_of(tx, client), query.authority)
        raw, format_ = sent
        listed = read_list(raw, format_=format_, kind=query.kind, provider=authority)
        return _out(listed, take_list(house, listed, client=client))

    @router.get("/template", response_class=Response)
    def template(query: Annotated[TemplateQuery, Query()], _: Annotated[str, partner]) -> Response:
        """Download an empty list of one kind."""
        return template_file(query.kind, query.format)

    return router


def template_file(kind: str, format_: Format) -> Response:
    """Return an empty list of one kind to be saved."""
    columns = COLUMNS[kind]
    header = [column.header for column in columns]
    if format_ is Format.CSV:
        return _saved(write_csv([header]), CSV_TYPE, name=f"{kind}.csv")
    texts = [at for at, column in enumerate(columns, start=1) if column.shape is Shape.TEXT]
    book = write_xlsx(header, title=kind, text_columns=texts)
    return _saved(book, XLSX_TYPE, name=f"{kind}.xlsx")


def refused_file(result: ListResult) -> Response:
    """Return the rows that were not taken in, one line per reason, to be saved."""
    header = ["Dòng", "Số", "Cột", "Lý do", "Reason"]
    lines = [
        [str(row.row), row.number, bad.column, bad.vi, bad.en]
        for row in result.refused
        for bad in row.bad
    ]
    return _saved(write_csv([header, *lines]), CSV_TYPE, name="refused.csv")


def _saved(content: bytes, media_type: str, *, name: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _out(listed: Listed, result: ListResult) -> FileOut:
    assert result.intake_id is not None
    counts = {str(outcome): many for outcome, many in result.counts.items()}
    return FileOut(
        push=result.intake_id,
        sha256=listed.digest.hex(),
        rows=len(result.rows),
        new=counts.get("new", 0),
        same_again=counts.get("same_again", 0),
        conflicts=counts.get("conflicts", 0),
        refused=counts.get("refused", 0),
        refused_rows=[
            RefusedRowOut(
                row=row.row,
                number=row.number,
                outcome="conflicts" if row.outcome == "conflicts" else "refused",
                errors=[
                    BadCellOut(column=bad.column, reason=bad.vi, reason_en=bad.en)
                    for bad in row.bad
                ],
            )
            for row in result.refused
        ],
    )


_BODY: Final = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}},
        XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
    },
}
