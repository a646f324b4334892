"""Log lines: a constant message, then facts as key=value. Never message text, prompts or secrets."""

from __future__ import annotations

import logging
import sys

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class FactFormatter(logging.Formatter):
    """`time level message key=value …`, with the facts given as `extra`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        facts = " ".join(f"{key}={value}" for key, value in record.__dict__.items() if key not in _STANDARD)
        line = super().formatMessage(record)
        return f"{line} {facts}" if facts else line


def configure_logging(level: str) -> None:
    """Log to standard error. Libraries speak only of what is wrong: at lower levels they would log payloads."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FactFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("assistant", "adapters", "ingest"):
        logging.getLogger(name).setLevel(level)
    # RQ logs the arguments of jobs, which anybody with access to Redis can write; what matters we log ourselves.
    logging.getLogger("rq").setLevel(logging.CRITICAL)
