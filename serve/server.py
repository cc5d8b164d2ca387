"""`minwon serve`: the intake endpoint on uvicorn."""

import argparse
import hashlib
import os
import secrets
from pathlib import Path

import uvicorn

from models.pipeline import open_pipeline
from serve.api import create_app
from serve.commands import Entry, say
from serve.headings import summary
from serve.settings import ROWS, read_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options; all else is set in the environment."""
    lines = "\n".join(f"  {row.name:16} {row.help} (default: {row.default or 'empty'})" for row in ROWS)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"settings from the environment:\n{lines}"
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", help="port to listen on")
    parser.add_argument("--config", type=Path, help="a city's folder (default: the one that is shipped)")
    parser.add_argument("--model", type=Path, help="a model folder (default: the one that is shipped)")
    parser.add_argument("--make-key", action="store_true", help="print a new API key and its hash, and end")


def run(given: argparse.Namespace) -> int:
    """Serve until stopped. A signal lets requests under way finish."""
    if given.make_key:
        key = secrets.token_urlsafe(32)
        say(summary("new_key", secret=key, digest=hashlib.sha256(key.encode()).hexdigest()))
        return 0
    chosen = {name: getattr(given, name) for name in ("host", "port", "config", "model")}
    options = {f"MINWON_{name.upper()}": str(value) for name, value in chosen.items() if value is not None}
    settings = read_settings({**os.environ, **options})
    pipeline = open_pipeline(settings.model, settings.config, threads=settings.threads)
    server = uvicorn.Config(
        create_app(settings, pipeline),
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=settings.drain,
        server_header=False,
        log_level="info",
    )
    uvicorn.Server(server).run()
    return 0


SERVE = Entry("answer intake systems over HTTP", arguments, run)
