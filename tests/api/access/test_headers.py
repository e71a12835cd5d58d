"""Every answer of every host tells the browser to be careful."""

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.access.headers import SafeHeaders, content_policy
from api.application import application
from api.house import House

WANTED = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cache-control",
)


@pytest.mark.parametrize("host", ["citizen.test", "staff.test", "partner.test"])
def test_t20_every_answer_of_every_host_carries_them(house: House, host: str) -> None:
    client = TestClient(application(house), base_url=f"http://{host}", follow_redirects=False)
    for path in ("/", "/health", "/find-fine", "/not-there", "/static/page.css", "/sign-in"):
        answer = client.get(path)
        assert not [name for name in WANTED if name not in answer.headers], path
        policy = answer.headers["content-security-policy"]
        assert "'unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "strict-transport-security" not in answer.headers


def test_over_https_browsers_are_told_to_stay_there() -> None:
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))])  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] (a route without types)
    client = TestClient(SafeHeaders(app, https=True))
    assert "max-age=63072000" in client.get("/").headers["strict-transport-security"]


def test_a_page_may_name_where_its_form_leads() -> None:
    policy = content_policy(form_targets=["https://b.test", "https://a.test"])
    assert policy.endswith("form-action 'self' https://a.test https://b.test")
    assert content_policy().endswith("form-action 'self'")
