"""Who typed a command, as the operating system knows them, and the reason they gave."""

import os
import pwd
from collections.abc import Mapping
from typing import Final

from ledger.audit_record import NAME_SHAPE, Doer

_NAME_MAX: Final = 50


def operator(reason: str) -> Doer:
    """Return whoever runs this process; who became root by sudo is named too."""
    return Doer(actor=_actor(_user_name(os.getuid()), os.environ), reason=reason)


def _actor(user: str, environ: Mapping[str, str]) -> str:
    asked_by = _plain(environ.get("SUDO_USER", ""))
    return f"os:{asked_by} as {user}" if user == "root" and asked_by else f"os:{user}"


def _user_name(uid: int) -> str:
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = ""  # A container may run as a number nobody has given a name.
    return _plain(name) or f"uid-{uid}"


def _plain(name: str) -> str:
    """Return a name that fits an audit record, '' when this one does not."""
    return name if len(name) <= _NAME_MAX and NAME_SHAPE.fullmatch(name) else ""
