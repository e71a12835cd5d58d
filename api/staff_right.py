"""What a person of the staff may do besides looking."""

import enum


class StaffRight(enum.StrEnum):
    """One right of a person, named in the settings; the shared key has none."""

    REFUNDS_PROPOSE = "refunds:propose"
    REFUNDS_APPROVE = "refunds:approve"
