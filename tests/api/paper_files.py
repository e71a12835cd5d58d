"""A certificate for papers, made once for all tests."""

import atexit
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from api.demo_certificate import CERTIFICATE, KEY, ROOT, make_certificate
from api.paper_signature import PaperSigner


@cache
def folder() -> Path:
    """Return the folder with a certificate, its key and the root above it."""
    made = Path(tempfile.mkdtemp(prefix="clearing-paper-"))
    atexit.register(shutil.rmtree, made)
    make_certificate(made, now=datetime.now(UTC))
    return made


@cache
def paper_signer() -> PaperSigner:
    """Return what signs papers with that certificate."""
    return PaperSigner(
        certificates=(folder() / CERTIFICATE).read_bytes(), key=(folder() / KEY).read_bytes()
    )


def root() -> Path:
    """Return the file with the root above that certificate."""
    return folder() / ROOT
