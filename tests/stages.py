"""All checks of this project, cheapest first: `python3 -m api test [lint|types|test|journeys]`."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

Step = tuple[str, tuple[str, ...]]
"""What a step is called, and its program with arguments."""

_PYTEST = ("pytest", "-q", "--durations=10", "--durations-min=1")

STAGES: Final[Mapping[str, tuple[Step, ...]]] = MappingProxyType(
    {
        "lint": (
            ("ruff check", ("ruff", "check", "--quiet", ".")),
            ("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
            ("import contracts", ("lint-imports",)),
            ("house rules", ("pytest", "-q", "tests/architecture")),
            ("unused code", ("vulture",)),
            ("dependencies", ("deptry", ".")),
        ),
        "types": (("basedpyright", ("basedpyright",)),),
        "test": (
            (
                "tests",
                (
                    *_PYTEST,
                    "--ignore=tests/architecture",
                    "--ignore=tests/journeys",
                    *("-n", "2", "--dist", "worksteal"),
                    "--cov",
                    "--cov-report=",
                ),
            ),
            ("coverage", ("coverage", "report")),
        ),
        "journeys": (("journeys", (*_PYTEST, "tests/journeys")),),
    }
)

_CLOSING_LINE = re.compile(r"^=*\s*(\d+ (?:passed|failed|skipped|error).*) in [\d.]+s.*$")
_COUNT = re.compile(r"(\d+) (\w+)")


@dataclass(frozen=True, slots=True)
class Done:
    """One step that ran: how long, whether it found nothing, pytest's closing words if any."""

    name: str
    seconds: int
    is_clean: bool
    closing: str


def main(arguments: Sequence[str]) -> int:
    """Run the stages named, or all, and stop at the first step that finds something."""
    unknown = [name for name in arguments if name not in STAGES]
    if unknown:
        print(f"no stage {', '.join(unknown)}; there are {', '.join(STAGES)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    done: list[Done] = []
    for name in arguments or list(STAGES):
        for step, command in STAGES[name]:
            done.append(run(step, command))
            if not done[-1].is_clean:
                break
        if not done[-1].is_clean:
            break
    print(summary(done, seconds=round(time.monotonic() - began)))
    return 0 if done[-1].is_clean else 1


def run(name: str, command: Sequence[str]) -> Done:
    """Run one step, passing on what it says line by line."""
    print(f"--- {name}: {' '.join(command)}", flush=True)
    began = time.monotonic()
    closing = ""
    with subprocess.Popen(
        [str(BIN / command[0]), *command[1:]],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            found = _CLOSING_LINE.match(line.strip())
            closing = found[1] if found else closing
    return Done(
        name=name,
        seconds=round(time.monotonic() - began),
        is_clean=child.returncode == 0,
        closing=closing,
    )


def summary(done: Sequence[Done], *, seconds: int) -> str:
    """Return a line per step and, last, the sum of all tests in pytest's own words."""
    lines: list[str] = []
    for step in done:
        word = "ok" if step.is_clean else "FAILED"
        lines.append(f"{word:<7} {step.seconds:>4} s  {step.name:<17} {step.closing}")
    counts: dict[str, int] = {}
    for step in done:
        for number, word in _COUNT.findall(step.closing):
            counts[word] = counts.get(word, 0) + int(number)
    if not done[-1].is_clean:
        lines.append(f"stopped at {done[-1].name}, {seconds} s in all")
    total = ", ".join(f"{number} {word}" for word, number in counts.items())
    lines.append(f"{total or 'no tests ran'} in {seconds}s")
    return "\n".join(["", *(line.rstrip() for line in lines)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
