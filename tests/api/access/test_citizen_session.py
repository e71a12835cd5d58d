"""Who a browser is to us: a name it keeps, and the payment it began."""

from starlette.responses import Response

from api.access.citizen_session import payment_cookie, visitor_of
from tests.api.access.browser import SETTINGS, request

NAME, HANDLE = "n" * 43, "h" * 43


def test_a_new_browser_gets_a_name_nobody_can_guess() -> None:
    first, second = visitor_of(request(), SETTINGS), visitor_of(request(), SETTINGS)
    assert first.name != second.name
    assert len(first.name) == 43
    assert first.payment_handle == ""


def test_a_browser_keeps_its_name() -> None:
    kept = request({"cookie": f"visitor={NAME}; payment={HANDLE}"})
    visitor = visitor_of(kept, SETTINGS)
    assert (visitor.name, visitor.payment_handle) == (NAME, HANDLE)
    answer = visitor.remember(Response())
    assert answer.headers["set-cookie"].startswith(f"visitor={NAME};")


def test_what_we_never_draw_is_not_taken_over() -> None:
    odd = visitor_of(request({"cookie": "visitor=short; payment=<script>"}), SETTINGS)
    assert odd.name != "short"
    assert odd.payment_handle == ""


def test_over_https_all_names_are_bound_to_the_host() -> None:
    safe = SETTINGS.model_copy(update={"citizen_url": "https://citizen.test"})
    assert payment_cookie(safe).full_name == "__Host-payment"
    assert visitor_of(request({"cookie": f"visitor={NAME}"}), safe).name != NAME
