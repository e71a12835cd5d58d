"""Logs: one JSON line per event, identifiers and amounts as fields, no names."""

import contextlib
import logging
import re
import sys
from collections.abc import MutableMapping

import structlog

_DIGITS = re.compile(r"\d{13,19}")


def start_logs(*, level: str) -> None:
    """Write one JSON line per event to standard error from here on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_card_numbers,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=_Patient,
    )


class _Patient:
    """Writes lines, and loses one rather than the work it tells of: a log may have no room."""

    def __init__(self, *_arguments: object) -> None:
        """Take the stream there is now."""
        self._stream = sys.stderr

    def msg(self, line: str) -> None:
        """Write one line if it can be written."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    log = debug = info = warn = warning = error = err = critical = fatal = failure = exception = msg


def _without_card_numbers(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Black out digit runs that pass the card check sum, wherever they came from."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _DIGITS.sub(_masked, value)
    return event


def _masked(found: re.Match[str]) -> str:
    digits = [int(sign) for sign in reversed(found.group())]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    is_card = (sum(digits[::2]) + sum(doubled)) % 10 == 0
    return "[card?]" if is_card else found.group()
