"""How a worker process keeps house: its garbage, its memory, its log, its end.

Knows the operating system and the interpreter, and no media.
"""

import ctypes
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Final, NoReturn

import structlog

_PR_SET_PDEATHSIG: Final = 1
#: After so many seconds the older garbage is looked at as well. All of it takes some
#: 3 ms with fifty rooms; what a leg leaves behind is in cycles that only this frees.
_MIDDLE_EVERY: Final = 10
_WHOLE_EVERY: Final = 60

Line = Callable[[str, str, dict[str, Any]], None]


def die_with_parent() -> None:
    """Has Linux kill this process when the one that started it ends (prctl(2)).

    The end of the pipe says the same, but a loop that hangs would not hear it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def leave_no_core() -> None:
    """Has a crash write nothing of what is in memory: keys, and what people said."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def settle() -> None:
    """Keeps the cyclic collector off the packets: it runs when `Tidying` says."""
    gc.collect()
    gc.freeze()
    gc.disable()


class Tidying:
    """Collects garbage between packets, a little each second."""

    def __init__(self) -> None:
        self._seconds = 0

    def second(self) -> None:
        """Collects what is young; more rarely what is older, which takes longer."""
        self._seconds += 1
        if self._seconds % _WHOLE_EVERY == 0:
            gc.collect(2)
        elif self._seconds % _MIDDLE_EVERY == 0:
            gc.collect(1)
        else:
            gc.collect(0)


def resident_bytes() -> int:
    """The memory of this process; 0 where there is no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def log_to(line: Line) -> None:
    """Gives every log line of this process, ours or a library's, to `line`."""

    def send(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> NoReturn:
        level, said = event.pop("level"), event.pop("event")
        line(level, said, {name: _plain(value) for name, value in event.items()})
        raise structlog.DropEvent

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            send,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_ToLine(line)]
    root.setLevel(logging.WARNING)


class _ToLine(logging.Handler):
    """Libraries' lines, in the same form."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        """Gives the line on, with its traceback."""
        says = {"logger": record.name}
        if record.exc_info:
            says["exception"] = logging.Formatter().formatException(record.exc_info)
        self._line(record.levelname.lower(), record.getMessage(), says)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else str(value)
