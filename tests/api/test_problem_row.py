"""A refusal's row holds what every telling of it needs."""

from api.problem_row import Row, Words


def test_a_row_says_status_type_and_both_languages() -> None:
    row = Row(409, "being-paid", Words("Đang được nộp.", "Being paid."))
    assert (row.status, row.type, row.title.vi, row.title.en) == (
        409,
        "being-paid",
        "Đang được nộp.",
        "Being paid.",
    )
