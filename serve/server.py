"""`minwon serve`: the endpoint and the pages on uvicorn, in one process or several."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from serve.commands import Entry
from serve.settings import ROWS, Settings, read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

CHOSEN = ("host", "port", "config", "model", "database", "workers")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options; all else is set in the environment."""
    lines = "\n".join(f"  {row.name:16} {row.help} (default: {row.default or 'empty'})" for row in ROWS)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"settings from the environment:\n{lines}"
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", help="port to listen on")
    parser.add_argument("--config", type=Path, help="a city's folder (default: the one that is shipped)")
    parser.add_argument("--model", type=Path, help="a model folder (default: the one that is shipped)")
    parser.add_argument("--database", help="where cases are kept (default: sqlite:///minwon.db, in this folder)")
    parser.add_argument("--workers", help="server processes (default: 1)")


def run(given: argparse.Namespace) -> int:
    """Serve until told to stop. What cannot be used is said in one line before anything is listened to."""
    import uvicorn

    options = {f"MINWON_{name.upper()}": str(value) for name in CHOSEN if (value := getattr(given, name)) is not None}
    settings = read_settings({**os.environ, **options})
    os.environ.update(options)
    common = {
        "host": settings.host,
        "port": settings.port,
        "timeout_graceful_shutdown": settings.drain,
        "server_header": False,
        "log_config": None,
    }
    set_up_logs()
    if settings.workers == 1:
        uvicorn.run(application(settings), **common)  # type: ignore[arg-type]
        return 0
    from serve.metrics import share_between_processes
    from serve.store import open_store

    open_store(settings.database).close()
    with share_between_processes():
        uvicorn.run("serve.server:worker", factory=True, workers=settings.workers, **common)  # type: ignore[arg-type]
    return 0


def worker() -> "FastAPI":
    """The application of one of several processes, by the environment."""
    set_up_logs()
    return application(read_settings(os.environ))


def application(settings: Settings) -> "FastAPI":
    """The application with its model and store open. Raises ModelError, ConfigError and StoreError."""
    from models.pipeline import open_pipeline
    from serve.api import create_app
    from serve.store import open_store

    store = open_store(settings.database)
    return create_app(settings, open_pipeline(settings.model, settings.config, threads=settings.threads), store)


def set_up_logs() -> None:
    """Logs as JSON lines on standard error."""
    from serve.logs import set_up

    set_up()


SERVE = Entry("serve intake systems, coordinators and offices over HTTP", arguments, run)
