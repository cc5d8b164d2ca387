"""The `minwon` command; each room brings its own by the entry-point group `minwon.commands`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points, version
from typing import Protocol

from models.artifact import ModelError
from models.orgchart import ConfigError
from nlp.table import TableError
from serve.errors import CommandError

DONE, UNEXPECTED, REFUSED, INTERRUPTED = 0, 1, 2, 130
GROUP = "minwon.commands"


class Command(Protocol):
    """What an entry point gives: how to describe its arguments, and what to run."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The parser of all commands that are installed."""
    top = argparse.ArgumentParser(prog="minwon", description="Reads Korean civil complaints, proposes who must act.")
    top.add_argument("--version", action="version", version=f"minwon {version('minwon')}")
    below = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        command: Command = point.load()
        each = below.add_parser(point.name, help=command.help, description=command.help)
        command.arguments(each)
        each.set_defaults(run=command.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 2: the input, model, city or arguments cannot be used; 130: interrupted."""
    given = parser().parse_args(arguments)
    try:
        code: int = given.run(given)
    except (TableError, ConfigError, ModelError, CommandError) as error:
        print(f"minwon: {error}", file=sys.stderr)  # noqa: T201
        return REFUSED
    except KeyboardInterrupt:
        print("minwon: interrupted; nothing was written", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    return code
