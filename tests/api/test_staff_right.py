"""Rights of the staff."""

from api.staff_right import StaffRight


def test_maker_and_checker_are_two_rights() -> None:
    assert {*StaffRight} == {"refunds:propose", "refunds:approve"}
