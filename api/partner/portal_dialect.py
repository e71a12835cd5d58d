"""The portal's payment dialect 1.0.6 as its platform: agency systems order, ask, fetch receipts."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from api.access.held import Held, begun_ns
from api.access.look_up_guard import shared_tries
from api.access.look_up_quotas import Facts, PartnerQuotas
from api.access.order_token import seal_order
from api.access.quotas import TooManyTries, address_of
from api.citizen.proof_record import paper_of, proof_record
from api.house import House
from api.language import Language
from api.partner.portal_messages import (
    VERSION,
    Code,
    Kind,
    Message,
    Said,
    init_answer,
    is_genuine,
    not_paid,
    read_message,
    refusal,
    shape_of,
    told,
    wrapped,
)
from api.partner.portal_orders import read_order
from api.refusal_words import vietnamese_of
from api.settings import Agency
from api.start_payment import handle_of
from ledger.errors import BookUnreachable
from ledger.postgres.transaction import Tx
from payments.agency_order import (
    AgencyOrder,
    Decided,
    NewOrder,
    OrderPaid,
    Placed,
    Refusal,
    Refused,
    Standing,
)
from payments.errors import InputRefused, NotFound, QuotaSpent
from payments.find_order import OrderFound, find_order
from payments.intake import Channel, Received
from payments.place_order import place_order
from payments.postgres import agency_order_rows
from payments.take_in import take_in

PATH: Final = f"/dialect/{VERSION}"

_WORDS: Final = {
    Refusal.OTHER_CONTENT: (Code.OTHER, "MaThamChieu đã dùng cho một nội dung khác"),
    Refusal.ACCOUNT_UNKNOWN: (Code.OTHER, "TKThuHuong không có trong danh mục của đối tác này"),
    Refusal.DECISION_UNKNOWN: (
        Code.NOT_FOUND,
        "Không có quyết định nào khớp với SoQD, NgayQD, người vi phạm và SoTien hôm nay",
    ),
    Refusal.PAID_ALREADY: (Code.ALREADY, "Khoản này đã được nộp"),
    Refusal.BEING_PAID: (Code.BUSY, "Khoản trước của hồ sơ này đang được nộp, hãy gửi lại sau"),
    Refusal.NOT_PAYABLE: (Code.OTHER, "Khoản này hiện không nộp được"),
    Refusal.CONTENT_REFUSED: (Code.OTHER, "ThongTinBienLai không hợp lệ"),
}
_STRANGER: Final = Agency.model_construct(secret=SecretStr("nobody's"), accounts=frozenset())
_TOO_MANY: Final = Said(Code.BUSY, "Đã hỏi sai quá nhiều lần, hãy gửi lại sau")
_UNKNOWN: Final = Said(Code.NOT_FOUND, "Không có giao dịch với MaThamChieu này")
_log = structlog.get_logger()


def routes(house: House) -> APIRouter:
    """Return the doors of the dialect: one for all messages, and one for each."""
    router = APIRouter(include_in_schema=False)
    quotas = PartnerQuotas(shared_tries(house))
    paths = {"": None, "/init": Kind.INIT, "/query": Kind.QUERY, "/getbill": Kind.GET_BILL}
    for path, kind in paths.items():
        router.add_api_route(PATH + path, _door(house, quotas, kind), methods=["POST"])
    return router


async def _raw(request: Request) -> bytes:
    return await request.body()


def _door(house: House, quotas: PartnerQuotas, only: Kind | None) -> Callable[..., Response]:
    def hear(
        request: Request,
        raw: Annotated[bytes, Depends(_raw)],
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        begun = begun_ns()
        message = read_message(raw)
        if isinstance(message, Said):
            return _json(refusal(message, reference=""))
        agency = house.settings.agencies.get(message.agency, _STRANGER)
        refused = _stranger(house, request, message, agency, bearer=authorization)
        if refused is None and only not in (None, message.kind):
            refused = Said(Code.OTHER, f"Địa chỉ này chỉ nhận {only}")
        answer = refused or shape_of(message) or _answer(house, quotas, message, agency)
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, Said):
            _log.info("dialect.refused", kind=message.kind, code=answer.code, why=answer.words)
            no = refusal(answer, reference=message.reference)
            # How long it took to find nothing must not tell what is there.
            held = _json(wrapped(no) if agency.is_wrapped else no)
            return Held(held, begun=begun, every_ms=house.settings.look_up_miss_ms)
        return _json(wrapped(answer) if agency.is_wrapped else answer)

    return hear


def _stranger(
    house: House, request: Request, message: Message, agency: Agency, *, bearer: str
) -> Said | None:
    """Return the one answer to whoever is not this agency, None for the agency itself."""
    address = address_of(request, proxy_hops=house.settings.proxy_hops)
    # All is computed for an unknown agency too, so that time tells nothing of who is known.
    is_known = is_genuine(message, secret=agency.secret.get_secret_value())
    token = agency.bearer.get_secret_value() if agency.bearer else ""
    is_admitted = not token or hmac.compare_digest(bearer.encode(), f"Bearer {token}".encode())
    if is_known and is_admitted and agency is not _STRANGER and agency.may_call_from(address):
        return None
    _log.warning("dialect.untrusted", kind=message.kind, is_genuine=is_known)
    return Said(Code.BAD_CHECK, "MaXacThuc không đúng")


def _answer(
    house: House, quotas: PartnerQuotas, message: Message, agency: Agency
) -> dict[str, object] | Said | Response:
    try:
        if message.kind is Kind.INIT:
            return _init(house, quotas, message, agency)
        with house.open_tx() as tx:
            found = find_order(tx, agency=message.agency, reference=message.reference)
        if found is None:
            return _UNKNOWN
        if message.kind is Kind.QUERY:
            return _query(house, found, agency)
        return _bill(house, found, agency)
    except BookUnreachable:
        return Said(Code.BUSY, "Hệ thống đang bận; hãy gửi lại đúng yêu cầu này")


def _init(
    house: House, quotas: PartnerQuotas, message: Message, agency: Agency
) -> dict[str, object] | Said:
    with house.open_tx() as tx:
        kept = agency_order_rows.order_by_reference(
            tx, agency=message.agency, reference=message.reference
        )
    # A repeat gets its first answer however late it comes; only a new order must be of today.
    if kept is None or kept.digest != message.digest:
        new = read_order(message, agency, now=house.clock())
        if isinstance(new, Said):
            return new
        placed = _counted(house, quotas, new)
        if not isinstance(placed, AgencyOrder):
            return placed
        kept = placed
    return init_answer(kept, pay_url=_pay_url(house, message, kept))


def _counted(house: House, quotas: PartnerQuotas, new: NewOrder) -> AgencyOrder | Said:
    """Place an order; what asks for a fine is counted as a look-up, wrong until it was right."""
    if not isinstance(new.wanted, Decided):
        return _placed(house, new)
    facts = Facts(new.wanted.number, new.wanted.name or new.wanted.digits)
    now, partner = house.clock(), f"agency {new.agency}"
    try:
        quotas.begin(facts, partner=partner, now=now)
    except TooManyTries:
        return _TOO_MANY
    placed = _placed(house, new)
    if not isinstance(placed, Said) or placed.code is not Code.NOT_FOUND:
        quotas.was_right(facts, partner=partner, now=now)
    return placed


def _placed(house: House, new: NewOrder) -> AgencyOrder | Said:
    """Take an order in like all that authorities send: registered, in its share, written down."""
    received = Received(
        authority=new.agency,
        client=new.agency,
        channel=Channel.DIALECT,
        digest=hashlib.sha256(new.said).digest(),
        item_count=1,
    )
    act = partial(_place, house=house)
    try:
        taken = take_in(house.open_tx, received, [new], act, now=house.clock())
    except NotFound:
        return Said(Code.OTHER, "MaDoiTac chưa được đăng ký là cơ quan thu")
    except InputRefused as problem:
        return Said(Code.OTHER, f"MaDoiTac: {vietnamese_of(problem.reason) or problem.reason}")
    except QuotaSpent as problem:
        return Said(Code.BUSY, f"Đã gửi quá nhiều, hãy gửi lại sau {problem.retry_after_s} giây")
    (placed,) = taken.verdicts
    return _refused(placed.answer) if isinstance(placed.answer, Refused) else placed.answer


def _place(tx: Tx, orders: Sequence[NewOrder], *, house: House) -> list[Placed]:
    placing = partial(
        place_order,
        tx,
        keys=house.personal_keys,
        rates=house.rates,
        now=house.clock(),
        today=house.today(),
    )
    return [Placed(each.reference, placing(each)) for each in orders]


def _pay_url(house: House, message: Message, order: AgencyOrder) -> str:
    is_english = message.signed["NgonNgu"].lower().startswith("en")
    language = "/en" if is_english else ""
    return f"{house.settings.citizen_url}{language}/o/{seal_order(house, order)}"


def _query(house: House, found: OrderFound, agency: Agency) -> dict[str, object]:
    secret = agency.secret.get_secret_value()
    if found.settled is not None:
        paid = OrderPaid(found.order, found.settled)
        return told(Kind.QUERY, paid, secret=secret) | {"TrangThaiGD": "1"}
    is_over = found.standing is Standing.OVER
    return not_paid(found.order, is_over=is_over, now=house.clock(), secret=secret)


def _bill(house: House, found: OrderFound, agency: Agency) -> dict[str, object] | Said | Response:
    """Return the payer's proof: never the State's receipt, which the agency itself issues."""
    settled = found.settled
    if settled is None:
        return Said(Code.NOT_FOUND, "Chưa có: khoản này chưa được nộp")
    if agency.bill == "pdf":
        return _paper(house, settled.payment_id)
    return {
        "MaLoi": Code.DONE.value,
        "MoTaLoi": "Xác nhận đã nộp tiền; không thay biên lai của cơ quan thu",
        "MaDoiTac": found.order.agency,
        "MaThamChieu": found.order.reference,
        "URLBienLai": f"{house.settings.citizen_url}/p/{handle_of(house, settled.number)}",
    }


def _paper(house: House, payment_id: int) -> Response:
    with house.open_tx() as tx:
        record = proof_record(tx, payment_id)
    assert record is not None, "what is paid has its proof, from the same transaction"
    content = paper_of(house, record, house.pages.speeches[Language.VI])
    return Response(content, media_type="application/pdf")


def _refused(placed: Refused) -> Said:
    code, words = _WORDS[placed.why]
    return Said(code, f"{words}: {placed.reason}" if placed.reason else words)


def _json(answer: dict[str, object]) -> Response:
    return JSONResponse(answer)
