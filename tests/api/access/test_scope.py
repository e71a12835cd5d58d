"""What keys may be used for."""

import re

from api.access.scope import Scope


def test_every_scope_reads_like_one_thing_and_what_is_done_to_it():
    for scope in Scope:
        assert re.fullmatch(r"[a-z-]+(:(read|write))?", scope), scope
