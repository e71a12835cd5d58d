"""Programs of others that read what we export."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest


def program(name: str) -> str:
    """Return where a program is, or skip the test and say how to get it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install hledger beancount")
    return found


def run(*words: str | Path) -> str:
    """Return what a program says; what it refuses fails the test in its own words."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:2_000] + done.stderr[:2_000]
    return done.stdout


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of a CSV text below its header."""
    return list(csv.reader(io.StringIO(text)))[1:]
