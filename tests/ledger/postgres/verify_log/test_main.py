"""The verifier as a program: copied alone, read-only, and clear about what it cannot do."""

import ast
import os
import py_compile
import shutil
import signal
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import psycopg
import pytest

from api.postgres.embedded import Server
from ledger.postgres.transaction import OpenTx
from ledger.postgres.verify_log import __main__ as program
from ledger.postgres.verify_log.__main__ import main
from ledger.postgres.verify_log.comparison import Comparison
from tests.architecture.sources import imported
from tests.ledger.postgres.verify_log.sealed_book import (
    OTHER_SEED,
    SEED,
    key_line,
    post_book,
    seal_book,
)

PACKAGE = Path(program.__file__).parent
RUNBOOK = PACKAGE.parents[2] / "docs" / "runbooks" / "verify-the-book.md"
KEY = key_line(SEED)


@pytest.fixture
def auditor(server: Server, database: str, owner_open_tx: OpenTx, tmp_path: Path) -> str:
    """Give an auditor's address of a sealed book, whose seals stand in `tmp_path`."""
    post_book(owner_open_tx)
    with psycopg.connect(server.dsn(database=database)) as connection:
        seal_book(owner_open_tx, connection, tmp_path)
    return server.dsn(role="clearing_auditor", database=database)


def test_it_holds_for_the_auditor(
    auditor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "2026-11-19.note"
    options = ["--database", auditor, "--seals", str(tmp_path), "--key", KEY]
    assert main([*options, "--kept", str(kept)]) == 0
    assert capsys.readouterr().out.startswith("holds: 3 days")


def test_another_key_breaks_it(
    auditor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--database", auditor, "--seals", str(tmp_path), "--key", key_line(OTHER_SEED)]
    assert main(options) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("broken: 3 findings")


def test_copied_alone_it_runs_without_anything_of_ours(auditor: str, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "ledger" / "postgres" / "verify_log"
    _copy_alone(folder)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ledger.postgres.verify_log", "--database", auditor),
            *("--seals", str(tmp_path), "--key", KEY),
        ],
        cwd=tmp_path / "elsewhere",
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("holds: 3 days")


def test_compiled_code_beside_the_source_does_not_run_as_the_runbook_runs_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "ledger" / "postgres" / "verify_log"
    _copy_alone(folder)
    planted = tmp_path / "planted.py"
    planted.write_text("raise SystemExit(0)\n")
    py_compile.compile(
        str(planted),
        cfile=cache_from_source(str(folder / "notes.py")),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    flags = ["-B", "-E", "-s", "-X", "pycache_prefix=/nowhere"]
    statuses = [
        subprocess.run(
            [sys.executable, *more, "-m", "ledger.postgres.verify_log", "--key", "missing.pub"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            check=False,
        ).returncode
        for more in ([], flags)
    ]
    assert statuses == [0, 2]
    assert " ".join(flags) in RUNBOOK.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--key is missing: name+id+key, or the file that holds it"),
        (["--key", "missing.pub"], "key missing.pub: No such file or directory"),
        (["--key", __file__], f"key {__file__}: is not name+id+key, as key.pub holds it"),
        (["--key", "a+b"], "key a+b: is not name+id+key, as key.pub holds it"),
        (["--key", KEY], "needs --database and --seals, or else --proof"),
        (["--key", KEY, "--database", "x"], "needs --database and --seals"),
        (["--key", KEY, "--database", "host=/nowhere", "--seals", "/"], "/nowhere"),
        (
            ["--key", KEY, "--database", "x", "--seals", "/nowhere"],
            "seals /nowhere: no such folder",
        ),
        (
            ["--key", KEY, "--database", "x", "--seals", "/", "--kept", "/nowhere"],
            "kept note /nowhere: No such file",
        ),
        (
            ["--key", KEY, "--database", "x", "--seals", "/", "--kept", __file__],
            f"kept note {__file__}: cannot be read as a note",
        ),
        (["--key", KEY, "--proof", "/nowhere"], "/nowhere"),
        (["--key", KEY, "--proof", __file__], "this is no proof document"),
    ],
)
def test_what_cannot_be_checked_is_neither_good_nor_bad(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
    assert said.err.count("\n") == 1


def test_interrupted_it_says_that_it_is_not_done(
    auditor: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    # Whoever started the tests may have told them to ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(Comparison, "take", interrupt)
    try:
        assert main(["--database", auditor, "--seals", str(tmp_path), "--key", KEY]) == 1
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().out == "broken off: what was not reached is not checked\n"


def test_every_import_is_its_own_or_one_it_may_have() -> None:
    allowed = {"psycopg", "cryptography", *sys.stdlib_module_names}
    found = {
        module
        for path in PACKAGE.glob("*.py")
        for _, module in imported(ast.parse(path.read_text()))
        if not module.startswith("ledger.postgres.verify_log.")
    }
    assert {module.partition(".")[0] for module in found} <= allowed


def _copy_alone(folder: Path) -> None:
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    # Where ours is installed, too, it would be found before a folder that only has its name.
    for package in (folder.parent, folder.parent.parent):
        (package / "__init__.py").touch()
