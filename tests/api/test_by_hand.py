"""Who typed a command."""

import os
import pwd

import pytest

from api.by_hand import operator
from ledger.audit_record import Act


def test_the_operator_is_who_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("USER", "somebody-else")
    doer = operator("closed by hand")
    assert doer.actor == f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    assert doer.reason == "closed by hand"


@pytest.mark.parametrize(
    ("uid", "sudo_user", "actor"),
    [
        (0, "lan", "os:lan as root"),
        (0, "", "os:root"),
        (0, "Lân", "os:root"),
        (0, "lan\nos:minh", "os:root"),
        (0, "l" * 51, "os:root"),
        (4_000_000_000, "lan", "os:uid-4000000000"),
    ],
)
def test_who_became_root_is_named_and_odd_names_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, uid: int, sudo_user: str, actor: str
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: uid)
    monkeypatch.setenv("SUDO_USER", sudo_user)
    assert operator("because").did(Act.CLOSE_DAY, to="day:2026-11-21").actor == actor
