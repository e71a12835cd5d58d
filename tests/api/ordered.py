"""An order of an agency for the late fine, kept as its system placed it."""

from api.house import House
from payments.agency_order import AgencyOrder
from payments.postgres.agency_order_rows import insert_order
from payments.postgres.obligation_rows import obligations_by_key
from tests.api.citizen.payer import DUE
from tests.api.conftest import NOON


def ordered(house: House, *, reference: str = "dvc1") -> AgencyOrder:
    """Return an order of this noon."""
    with house.open_tx() as tx:
        (kept,) = obligations_by_key(tx, [("csgt", "traffic_fine", "0002/QD-XPHC")]).values()
        order = AgencyOrder("DEMO01", reference, kept.obligation_id, DUE, "", b"1" * 32, NOON)
        insert_order(tx, order, said=b"s")
    return order
