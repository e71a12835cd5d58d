"""Every code of refunds has its words."""

from api.console.refund_codes import (
    CAUSES,
    HOLDERS,
    OBSTACLES,
    ROUTES,
    SETTLEMENTS,
    STATES,
    STEPS,
    obstacle_words,
    refund_code,
)
from api.language import Language, read_speeches
from payments.refund import Holder, Obstacle, RefundCause, RefundRoute, Settlement
from payments.refund_states import RefundState, RefundStep

SPEECHES = read_speeches()


def test_no_code_is_shown_bare() -> None:
    for words, codes in (
        (STATES, RefundState),
        (STEPS, RefundStep),
        (CAUSES, RefundCause),
        (ROUTES, RefundRoute),
        (SETTLEMENTS, Settlement),
        (HOLDERS, Holder),
        (OBSTACLES, Obstacle),
    ):
        assert set(words) == set(codes)
        for each in codes:
            if not isinstance(each, Obstacle):
                assert refund_code(SPEECHES[Language.EN], each)


def test_the_same_letters_mean_what_their_list_says() -> None:
    speech = SPEECHES[Language.EN]
    assert refund_code(speech, RefundRoute.GATEWAY) == "Through the gateway"
    assert refund_code(speech, Holder.GATEWAY) == "The gateway, from money it has not passed on"
    assert obstacle_words(speech, "only_whole") == "A surplus goes back whole only"
