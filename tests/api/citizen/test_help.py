"""The pages that explain tell the truth."""

from tests.api.citizen.payer import Payer


def test_every_cookie_a_payer_gets_is_named(payer: Payer) -> None:
    payer.go()
    page = payer.get("/privacy").text
    for name in payer.client.cookies:
        assert f'<th scope="row">{name}</th>' in page


def test_help_and_accessibility_answer_in_both_languages(payer: Payer) -> None:
    for path in ("/help", "/privacy", "/accessibility"):
        assert payer.get(path).status_code == 200
        assert '<html lang="en">' in payer.get(f"/en{path}").text
