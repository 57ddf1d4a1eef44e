"""How log lines look: text for people, JSON for machines; both to standard error.

Libraries that use `logging` come out in the same form. What may stand in a line is
decided where it is written.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from config.settings import LogSection

#: They tell every request, every statement or every tick.
_TALKATIVE = ("aiohttp.access", "aioice", "aiortc", "alembic", "apscheduler", "asyncio")


def set_up(section: LogSection) -> None:
    """Make every log line of this process look as the settings say."""
    level = logging.getLevelNamesMapping()[section.level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(section),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [to_stderr]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _renderer(section: LogSection) -> structlog.typing.Processor:
    if section.format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return _text


def _text(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    trace = event.pop("exception", None)
    head = f"{event.pop('timestamp')} {event.pop('level'):<7} {event.pop('event')}"
    rest = "".join(f" {name}={value}" for name, value in event.items())
    return f"{head}{rest}" + (f"\n{trace}" if trace else "")
