"""Logs: one JSON object a line, without personal data: neither addresses, nor queries, nor what was sent."""

import json
import logging
import sys
from datetime import UTC, datetime


class Lines(logging.Formatter):
    """A record as a JSON line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(said, ensure_ascii=False)


def set_up() -> None:
    """Send what the server logs to standard error. Uvicorn's line for each request is left out: it names the caller's
    address and the query; `serve.guard` writes its own.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("minwon", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate, access.disabled = [], False, True
