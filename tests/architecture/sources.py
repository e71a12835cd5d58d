"""Every file of ours as a syntax tree, for the rules to walk."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "gateways", "ledger", "payments", "reconciliation")
BOOK_PACKAGES = ("ledger", "payments", "reconciliation")
"""Packages in which a file is a noun, an act or rows; the others are doors and dialects."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it stands from the project's top, its text, its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.parts[0]

    @property
    def is_sql(self) -> bool:
        return "postgres" in self.path.parts

    @property
    def is_simulator(self) -> bool:
        return self.path.parts[:2] == ("gateways", "simulators")

    def at(self, node: ast.AST, what: str) -> str:
        """Return a finding with its place, the way editors jump to it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"


@cache
def sources() -> tuple[Source, ...]:
    """Return every source file of our packages."""
    return tuple(read(path) for package in PACKAGES for path in files(package))


@cache
def sources_and_tests() -> tuple[Source, ...]:
    """Return every source file of our packages and every Python file of the tests."""
    return (*sources(), *(read(path) for path in files("tests")))


def files(folder: str) -> list[Path]:
    """Return the Python files below a folder, from the project's top."""
    return sorted(path.relative_to(PROJECT) for path in (PROJECT / folder).rglob("*.py"))


def read(path: Path) -> Source:
    """Return one file, read and parsed."""
    text = (PROJECT / path).read_text()
    return Source(path=path, text=text, tree=ast.parse(text, filename=str(path)))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Give every function and method, however deep."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Give every call with the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, last_name(node.func)


def last_name(node: ast.AST) -> str:
    """Return the last part of a dotted name, '' for what has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """Return a whole dotted name such as `datetime.now`, '' for anything else."""
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return node.id if isinstance(node, ast.Name) else ""


def positional(function: Function) -> list[ast.arg]:
    """Return the arguments that may be given by place, without `self` and `cls`."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[1:] if arguments and arguments[0].arg in {"self", "cls"} else arguments


def all_arguments(function: Function) -> list[str]:
    """Return the names of all arguments."""
    return [argument.arg for argument in (*positional(function), *function.args.kwonlyargs)]


def imported(tree: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Give every import with the whole name of the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


def uses_tx(source: Source) -> bool:
    """Say whether any function of a file works in a transaction or opens one."""
    return any({"tx", "open_tx"} & set(all_arguments(one)) for one in functions(source.tree))


def tracked() -> list[Path]:
    """Return every file git knows, from the project's top."""
    git = shutil.which("git")
    assert git is not None, "these rules look at what git knows"
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.split("\0") if name]
    return [Path(name) for name in names if (PROJECT / name).is_file()]
