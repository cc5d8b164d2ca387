"""`minwon admin`: people, keys, audit, erasure, export, backup."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from serve.admin_people import (
    add_key,
    add_user,
    key_options,
    keys,
    login_option,
    name_option,
    remove_user,
    reset_password,
    revoke_key,
    user_options,
    users,
)
from serve.admin_store import WHO, url_of
from serve.commands import Entry, say
from serve.headings import summary

if TYPE_CHECKING:
    pass


def arguments(parser: argparse.ArgumentParser) -> None:
    """The tasks."""
    parser.add_argument("--database", help="where cases are kept (default: MINWON_DATABASE, else sqlite:///minwon.db)")
    below = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    for name, (text, task, options) in TASKS.items():
        each = below.add_parser(name, help=text, description=text)
        each.set_defaults(admin_task=task)
        options(each)


def run(given: argparse.Namespace) -> int:
    """One task."""
    task: Callable[[argparse.Namespace], int] = given.admin_task
    return task(given)


def verify_options(parser: argparse.ArgumentParser) -> None:
    """A digest that was noted elsewhere."""
    parser.add_argument("--known", default="", help="a digest of the trail that was noted earlier, outside")


def verify_audit(given: argparse.Namespace) -> int:
    """Whether the audit trail is whole; its end is printed, to be noted elsewhere."""
    from serve.audit import verify
    from serve.schema_people import Head
    from serve.store import open_store

    with open_store(url_of(given)).read() as session:
        problems = verify(session, given.known)
        head = session.get_one(Head, 1)
        say(summary("audit_end", events=head.events, digest=head.digest))
    for one in problems:
        say(one)
    return 1 if problems else 0


def config_option(parser: argparse.ArgumentParser) -> None:
    """By whose rules."""
    parser.add_argument("--config", type=Path, help="a city's folder (default: the one that is shipped)")


def purge(given: argparse.Namespace) -> int:
    """Erase words and persons whose time is over."""
    from models.city import load_city, standard
    from serve.retention import purge as erase
    from serve.store import open_store

    count = erase(open_store(url_of(given)), load_city(given.config or standard()), WHO)
    say(summary("purged", count=count))
    return 0


def output_options(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("-o", "--output", type=Path, required=True)


def export_decisions(given: argparse.Namespace) -> int:
    """Decided cases as Parquet, masked, for the data team."""
    from serve.feedback import export
    from serve.store import open_store

    count = export(open_store(url_of(given)), given.output, WHO)
    say(summary("exported", count=count, path=given.output))
    return 0


def backup(given: argparse.Namespace) -> int:
    """A copy of a store while it is in use."""
    from serve.copies import backup as copy

    copy(url_of(given), given.output)
    say(summary("saved", path=given.output))
    return 0


def restore_options(parser: argparse.ArgumentParser) -> None:
    """From where."""
    parser.add_argument("source", type=Path)


def restore(given: argparse.Namespace) -> int:
    """Put a copy in the place of a store that is not in use."""
    from serve.copies import address_of
    from serve.copies import restore as put_back

    put_back(url_of(given), given.source)
    say(summary("saved", path=address_of(url_of(given)).render_as_string()))
    return 0


def demo_options(parser: argparse.ArgumentParser) -> None:
    """The complaints to open."""
    parser.add_argument("source", type=Path, help="a backlog, such as examples/backlog.xlsx")


def demo(given: argparse.Namespace) -> int:
    """Fill an empty store with people and cases to try things on."""
    from models.pipeline import open_pipeline
    from serve.demo import PASSWORD, PEOPLE, fill
    from serve.store import open_store

    count = fill(open_store(url_of(given)), given.source, open_pipeline())
    say(summary("demo", count=count, people=", ".join(login for login, *_ in PEOPLE), password=PASSWORD))
    return 0


def no_options(_: argparse.ArgumentParser) -> None:
    """A task without options."""


Task = Callable[[argparse.Namespace], int]
Options = Callable[[argparse.ArgumentParser], None]

TASKS: dict[str, tuple[str, Task, Options]] = {
    "add-user": ("add a person", add_user, user_options),
    "reset-password": ("give a person a new password", reset_password, login_option),
    "remove-user": ("let a person sign in no more", remove_user, login_option),
    "users": ("list people", users, no_options),
    "add-key": ("make a key for a machine", add_key, key_options),
    "revoke-key": ("end a key", revoke_key, name_option),
    "keys": ("list keys", keys, no_options),
    "verify-audit": ("check the audit trail", verify_audit, verify_options),
    "purge": ("erase words and persons by the city's retention table", purge, config_option),
    "demo": ("fill an empty store with people and cases to try things on", demo, demo_options),
    "export-decisions": ("write decided cases as Parquet for retraining", export_decisions, output_options),
    "backup": ("copy a store while it is in use", backup, output_options),
    "restore": ("put a copy in the place of a store that is not in use", restore, restore_options),
}

ADMIN = Entry("people, keys, audit, erasure, export and backup of the store", arguments, run)
