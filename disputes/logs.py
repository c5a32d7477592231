"""Logs: one JSON object a line, without anything that opens a case or names a person."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from config import Config

# Tokens of links, drafts and invitations stand in paths; whoever reads a log must not be able to open anything with it.
SECRET_PATHS = re.compile(r"/(c|m|d|draft|invitation)/[A-Za-z0-9_.\-]{8,}")

# Where a program failed and why, but not what its variables held: keys, addresses and what people wrote are among them.
WITHOUT_VALUES = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def redact(text: str) -> str:
    """The text with every token in a path replaced."""
    return SECRET_PATHS.sub(r"/\1/[token]", text)


def _redacted(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


class _RedactingFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(redact(a) if isinstance(a, str) else a for a in record.args)
        if isinstance(record.msg, str):
            record.msg = redact(record.msg)
        return True


def configure_logs(config: Config) -> None:
    """Set up logging for a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_RedactingFilter())
    logging.basicConfig(
        level=config.log_level,
        handlers=[handler],
        format="%(levelname)s %(name)s %(message)s",
        force=config.env != "test",
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redacted,
            WITHOUT_VALUES,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(config.log_level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
