"""The far sides as one program, apart from ours."""

import ast
from pathlib import Path

import gateways.simulators
from tests.gateways.simulators.far_side import FarSide, far_side

FOLDER = Path(gateways.simulators.__path__[0])
OURS = ("api", "gateways", "ledger", "payments", "reconciliation")


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_the_far_sides_import_nothing_of_ours():
    for path in FOLDER.glob("*.py"):
        ours = {name for name in imported(path) if name.split(".")[0] in OURS}
        assert all(name.startswith("gateways.simulators") for name in ours), path


def test_the_adapter_and_its_far_side_share_no_signature_code():
    adapters = list(FOLDER.parent.glob("*.py"))
    assert adapters
    for path in adapters:
        assert not any("simulators" in name for name in imported(path)), path


def test_health_is_told(far: FarSide):
    assert far.client.get("/simulator/health").json() == {"status": "up"}


def test_the_first_page_leads_to_every_far_side(far: FarSide):
    page = far.client.get("/").text
    for address in ("/simulator/vnpay/orders", "/simulator/treasury/accounts", "/simulator/police"):
        assert f'href="{address}"' in page
        assert far.client.get(address).status_code == 200


def test_faults_asked_for_at_the_start_are_kept_over_a_restart(tmp_path: Path):
    with far_side(tmp_path, faults="lost=1") as far:
        far.pay("P1")
    with far_side(tmp_path) as far:
        far.pay("P2")
        assert [order["behaviour"] for order in far.orders()] == ["lost", "lost"]
