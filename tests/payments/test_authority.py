"""What an authority may look like, and when it may push."""

from dataclasses import replace
from datetime import date

import pytest

from payments.authority import Authority, Family, check_authority
from payments.errors import InputRefused

POLICE = Authority(
    code="csgt-hn",
    family=Family.POLICE,
    name="Phòng Cảnh sát giao thông Hà Nội",
    pushed_by="csgt",
    in_force_from=date(2020, 1, 1),
    in_force_to=date(2025, 2, 28),
    successor="csgt",
)


def test_an_authority_is_in_force_from_its_first_day_to_its_last():
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2025, 2, 28), date(2025, 3, 1)]
    assert [POLICE.is_in_force(day) for day in days] == [False, True, True, False]
    assert replace(POLICE, in_force_to=None, successor=None).is_in_force(date(2090, 1, 1))


WRONG = {
    "code": replace(POLICE, code="a b"),
    "pushed_by": replace(POLICE, pushed_by=""),
    "name": replace(POLICE, name="x\x00"),
    "items_per_minute_max": replace(POLICE, items_per_minute_max=0),
    "in_force_to": replace(POLICE, in_force_to=date(2019, 1, 1)),
    "successor": replace(POLICE, in_force_to=None),
}


@pytest.mark.parametrize("field", WRONG)
def test_what_cannot_be_right_is_named(field: str):
    check_authority(POLICE)
    with pytest.raises(InputRefused) as refused:
        check_authority(WRONG[field])
    assert refused.value.field == field


def test_nobody_follows_themselves():
    with pytest.raises(InputRefused, match="another authority"):
        check_authority(replace(POLICE, successor=POLICE.code))
