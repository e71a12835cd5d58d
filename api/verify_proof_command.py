"""`clearing verify-proof FILE`: what a proof of payment is worth, told offline."""

import argparse
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx2
from cryptography import x509

from api.keys import public_keys_of
from api.screen import show
from api.settings import PREFIX, SettingsWrong, read_settings
from api.settings_file import load_settings_file
from api.verify_proof import (
    LIST_BYTES_MAX,
    PROOF_BYTES_MAX,
    Finding,
    Report,
    Sort,
    read_keys,
    read_list,
    verify_proof,
)
from payments.acknowledgement import PublicKeys
from payments.vietnam_time import vietnam_text

VALID, NOT_VALID, NOT_CHECKED = 0, 1, 2
KEYS_WAIT_S: Final = 10

_SORTS: Final = {
    Sort.PAPER: "PDF",
    Sort.XML: "XML",
    Sort.JSON: "JSON of the API",
    Sort.CODE: "text of a QR code",
}
_SAYS: Final = {
    Finding.VALID: "genuine",
    Finding.REPLACED: "genuine, but replaced: a part of the money was paid back",
    Finding.REVOKED: "no longer valid: the money was paid back",
    Finding.ALTERED: "altered: the signature does not fit what it says",
    Finding.UNKNOWN_KEY: "signed with a key that is not among those given",
    Finding.UNTRUSTED: "not signed with a certificate that comes from the root given",
    Finding.NO_PROOF: "not a proof of payment of ours",
}


class _NotChecked(Exception):
    """Something to check with could not be read; the text is one line."""


def add_verify_proof(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "check a proof of payment (PDF, XML, JSON, or the text of its QR code), offline"
    verb = add(
        "verify-proof",
        help=text,
        description=text[0].upper() + text[1:] + "; exit 0 valid, 1 not valid, 2 not checked.",
    )
    verb.set_defaults(run=run, needs_settings=False)
    verb.add_argument("file", type=Path, metavar="FILE", help="what somebody holds")
    verb.add_argument(
        "--keys",
        metavar="FILE|URL",
        help="public keys as /v1/keys gives them (default: this service's own, by its settings)",
    )
    verb.add_argument(
        "--root",
        type=Path,
        metavar="FILE",
        help="PEM certificates one of which must stand above what signed a PDF or XML",
    )
    verb.add_argument(
        "--revocations",
        type=Path,
        metavar="FILE",
        help="the list that /v1/revocations gave; without it refunds are not seen",
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object")


def run(chosen: argparse.Namespace) -> int:
    """Print what a proof is worth and return 0, 1 or 2."""
    try:
        keys = _keys(chosen.keys, settings=chosen.settings)
        _check_root(chosen.root)
        listed = None
        if chosen.revocations is not None:
            listed = read_list(_read(chosen.revocations, bytes_max=LIST_BYTES_MAX), keys)
        held = _read(chosen.file, bytes_max=PROOF_BYTES_MAX)
        _refuse_keys(held, chosen.file)
        report = verify_proof(
            held,
            public_keys=keys,
            roots=chosen.root,
            revocations=listed,
        )
    except OSError as problem:
        show(f"not checked: {problem.filename}: {problem.strerror}")
        return NOT_CHECKED
    except (_NotChecked, ValueError) as problem:
        show(f"not checked: {problem}")
        return NOT_CHECKED
    show(json.dumps(_document(report), ensure_ascii=False) if chosen.json else _lines(report))
    return VALID if report.is_valid else NOT_VALID


def _keys(source: str | None, *, settings: Path | None) -> PublicKeys:
    """Return the keys of a file, of an address, or of our own settings, which may be a file too."""
    if source is None:
        try:
            if settings is not None:
                load_settings_file(settings, environ=os.environ)
            return public_keys_of(read_settings("verify-proof"))
        except SettingsWrong as wrong:
            is_set_up = settings is not None or any(name.startswith(PREFIX) for name in os.environ)
            told = "no keys to check with: give --keys FILE|URL, see /v1/keys"
            raise _NotChecked(f"{told} ({wrong})" if is_set_up else told) from wrong
    if not source.startswith(("https://", "http://")):
        return read_keys(_read(Path(source), bytes_max=PROOF_BYTES_MAX))
    return read_keys(_fetch(source))


def _fetch(source: str) -> bytes:
    fetched = b""
    # As it was sent: a little that unpacks to much is not unpacked.
    headers = {"accept-encoding": "identity"}
    try:
        with httpx2.stream("GET", source, timeout=KEYS_WAIT_S, headers=headers) as answer:
            for part in answer.raise_for_status().iter_raw():
                fetched += part
                _check_size(fetched, source, bytes_max=PROOF_BYTES_MAX)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _NotChecked(f"{source}: {error}") from error
    return fetched


def _check_root(root: Path | None) -> None:
    if root is None:
        return
    try:
        x509.load_pem_x509_certificates(_read(root, bytes_max=PROOF_BYTES_MAX))
    except ValueError as error:
        raise _NotChecked(f"{root}: holds no PEM certificates") from error


def _refuse_keys(held: bytes, file: Path) -> None:
    """Refuse what is no proof but the keys to check one with.

    Raises:
        _NotChecked: it is.
    """
    try:
        read_keys(held)
    except ValueError:
        return
    raise _NotChecked(f"{file}: is a list of public keys, no proof: give it after --keys")


def _read(path: Path, *, bytes_max: int) -> bytes:
    # Asking for its size first says nothing of a pipe or a device, which may never end.
    with path.open("rb") as file:
        raw = file.read(bytes_max + 1)
    _check_size(raw, path, bytes_max=bytes_max)
    return raw


def _check_size(raw: bytes, source: Path | str, *, bytes_max: int) -> None:
    if len(raw) > bytes_max:
        raise _NotChecked(f"{source}: has more than {bytes_max:,} bytes")


def _lines(report: Report) -> str:
    lines = [f"{_SORTS[report.sort]}: {_SAYS[report.finding]}"]
    claimed, signature = report.claimed, report.signature
    if claimed is not None:
        lines += [
            f"  number    {claimed.number}",
            f"  amount    {claimed.amount.vnd:,} VND",
            f"  paid at   {vietnam_text(claimed.paid_at)}",
            f"  key       {claimed.key_id}",
        ]
    if signature is not None:
        trusted = {True: "trusted", False: "NOT trusted", None: "root not given: not judged"}
        whole = "whole document" if signature.is_whole else "does NOT hold"
        name = f"{signature.signed_by} ({whole}, {trusted[signature.is_trusted]})"
        lines.append(f"  signed by {name}")
    elif report.sort in {Sort.PAPER, Sort.XML} and claimed is not None:
        lines.append("  no certificate: compare number and amount above with what you read")
    if report.ended_at is not None:
        lines.append(f"  ended at  {vietnam_text(report.ended_at)}")
    if report.replaced_by:
        lines.append(f"  what counts is {report.replaced_by}")
    if claimed is not None:
        lines.append(f"  refunds   {_as_of(report.listed_at)}")
    return "\n".join(lines)


def _as_of(listed_at: datetime | None) -> str:
    if listed_at is None:
        return "not looked at: give --revocations"
    return f"as of the list of {vietnam_text(listed_at)}"


def _document(report: Report) -> dict[str, object]:
    claimed, signature = report.claimed, report.signature
    ended, listed = report.ended_at, report.listed_at
    return {
        "finding": report.finding.value,
        "valid": report.is_valid,
        "sort": report.sort.value,
        "number": None if claimed is None else claimed.number,
        "amount_vnd": None if claimed is None else claimed.amount.vnd,
        "paid_at": None if claimed is None else vietnam_text(claimed.paid_at),
        "key_id": None if claimed is None else claimed.key_id,
        "certificate": None
        if signature is None
        else {
            "name": signature.signed_by,
            "covers_all": signature.is_whole,
            "trusted": signature.is_trusted,
        },
        "ended_at": None if ended is None else vietnam_text(ended),
        "replaced_by": report.replaced_by or None,
        "revocations_listed_at": None if listed is None else vietnam_text(listed),
    }
