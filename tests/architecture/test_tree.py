"""What stands where: every source has its test, and no file tells of one machine."""

import re
from pathlib import Path

from tests.architecture.sources import PROJECT, files, sources, tracked

WITHOUT_TESTS = {"__init__", "errors", "contract", "tables"}
NOT_MIRRORS = {"architecture", "invariants", "golden", "journeys"}
LOCKS = ("requirements.txt", "requirements-dev.txt")
# Put together here so that this file does not find itself.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org")
PLACES = (*(f"/{top}/" for top in ("wo" + "rk", "fa" + "rm")), "/opt/" + "pypi")
PLACE = re.compile(r"(?<![\w.\-/])(?:" + "|".join(map(re.escape, PLACES)) + r")[a-z.]")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!.*#\d)")
BYTES_MAX = 1_000_000
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==\S+")
HASHED = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def test_every_source_has_its_test_at_the_mirrored_path():
    missing = [
        f"{source.path}: no {test}"
        for source in sources()
        if source.path.stem not in WITHOUT_TESTS and not source.path.stem.endswith("_tables")
        if not (PROJECT / (test := mirror(source.path))).exists()
    ]
    assert not missing, "\n".join(["", *missing])


def test_every_test_mirrors_a_source():
    others = (path for folder in ("bench", "migrations") for path in files(folder))
    mirrors = {mirror(path) for path in (*others, *(source.path for source in sources()))}
    stray = [
        str(path)
        for path in (one.relative_to(PROJECT) for one in (PROJECT / "tests").rglob("test_*.py"))
        if path.parts[1] not in NOT_MIRRORS and path not in mirrors
    ]
    assert not stray, "\n".join(["", *stray])


def test_every_folder_of_sources_is_a_package():
    folders = {(PROJECT / source.path).parent for source in sources()}
    missing = [str(folder) for folder in folders if not (folder / "__init__.py").exists()]
    assert not missing, missing


def test_no_file_names_a_place_of_one_machine_or_a_registry():
    found: list[str] = []
    for path in tracked():
        text = (PROJECT / path).read_text(errors="replace")
        found += [f"{path}: {host}" for host in HOSTS if host in text]
        found += [f"{path}: {match[0]}" for match in PLACE.finditer(text)]
    assert not found, "\n".join(["", *found])


def test_nothing_is_marked_unfinished_without_an_issue():
    found = [
        f"{path}: {match[0]}"
        for path in tracked()
        if path.suffix in {".py", ".html", ".md", ".sql"}
        and path != Path(__file__).relative_to(PROJECT)
        for match in UNFINISHED.finditer((PROJECT / path).read_text())
    ]
    assert not found, "\n".join(["", *found])


def test_no_tracked_file_is_large():
    found = [str(path) for path in tracked() if (PROJECT / path).stat().st_size > BYTES_MAX]
    assert not found, found


def test_locks_pin_by_hash_and_name_no_address():
    for name in LOCKS:
        lines = (PROJECT / name).read_text().splitlines()
        wrong = [line for line in lines if not (PINNED.match(line) or HASHED.match(line))]
        assert not wrong, (name, wrong)


def test_the_test_lock_holds_all_of_the_other():
    runtime, everything = (pins(name) for name in LOCKS)
    assert runtime <= everything, runtime - everything


def mirror(path: Path) -> Path:
    """Return where the test of a source stands."""
    name = path.stem.strip("_")  # __main__ has test_main
    return Path("tests", *path.parts[:-1], f"test_{name}.py")


def pins(lock: str) -> set[str]:
    lines = (PROJECT / lock).read_text().splitlines()
    return {line.split(" ")[0] for line in lines if PINNED.match(line)}
