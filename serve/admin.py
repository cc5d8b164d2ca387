"""`minwon admin`: people, keys, audit, erasure, export, backup."""

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from serve.commands import Entry, say
from serve.headings import summary

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from serve.schema import User

WHO = "admin"


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


def url_of(given: argparse.Namespace) -> str:
    """The database that is meant."""
    from serve.settings import read_settings

    options = {"MINWON_DATABASE": given.database} if given.database else {}
    return read_settings({**os.environ, **options}).database


def user_options(parser: argparse.ArgumentParser) -> None:
    """Who."""
    parser.add_argument("login")
    parser.add_argument("--name", required=True, help="the name as colleagues know it")
    parser.add_argument("--role", required=True, help="intake, officer, coordinator, data or admin")
    parser.add_argument("--office", default="", help="an officer's office, by its id")
    parser.add_argument("--config", type=Path, help="a city's folder, to check the office")


def password_for(login: str) -> tuple[str, bool]:
    """A first password: typed where there is a terminal, else made up; and whether it was made up."""
    if sys.stdin.isatty():
        return getpass.getpass(summary("password_for", login=login)), False
    return secrets.token_urlsafe(12), True


def add_user(given: argparse.Namespace) -> int:
    """Add a person."""
    from datetime import date

    from models.city import standard
    from models.orgchart import load_orgchart
    from serve import people
    from serve.store import open_store

    chart = load_orgchart(given.config or standard(), date.today())
    if given.office and given.office not in chart.offices:
        raise people.PersonError(f"no office {given.office!r} in offices.tsv: there are {', '.join(chart.offices)}")
    password, made = password_for(given.login)
    with open_store(url_of(given)).write() as session:
        people.add_user(session, given.login, given.name, given.role, given.office, password, WHO)
    say(summary("user_added", login=given.login))
    if made:
        say(summary("first_password", password=password))
    return 0


def login_option(parser: argparse.ArgumentParser) -> None:
    """Who."""
    parser.add_argument("login")


def user_of(session: "Session", login: str) -> "User":
    """The person of this name. Raises PersonError."""
    from sqlalchemy import select

    from serve.people import PersonError
    from serve.schema import User

    user = session.scalars(select(User).where(User.login == login)).first()
    if user is None:
        raise PersonError(f"nobody is called {login!r}: minwon admin users lists all")
    return user


def reset_password(given: argparse.Namespace) -> int:
    """A new password, to be changed at the next sign-in."""
    from serve import people
    from serve.store import open_store

    password, made = password_for(given.login)
    with open_store(url_of(given)).write() as session:
        user = user_of(session, given.login)
        people.set_password(session, user, password, WHO, must_change=True)
    say(summary("first_password", password=password) if made else summary("saved", path=given.login))
    return 0


def remove_user(given: argparse.Namespace) -> int:
    """Let a person sign in no more; what they decided stays."""
    from sqlalchemy import delete

    from serve import audit
    from serve.schema import SignIn
    from serve.store import open_store

    with open_store(url_of(given)).write() as session:
        user = user_of(session, given.login)
        user.active = False
        session.execute(delete(SignIn).where(SignIn.user_id == user.id))
        audit.append(session, WHO, "remove_user", login=given.login)
    say(summary("user_removed", login=given.login))
    return 0


def users(given: argparse.Namespace) -> int:
    """All people."""
    from sqlalchemy import select

    from serve.schema import User
    from serve.store import open_store

    with open_store(url_of(given)).read() as session:
        for one in session.scalars(select(User).order_by(User.login)):
            say("\t".join([one.login, one.name, one.role, one.office, "" if one.active else "-"]))
    return 0


def key_options(parser: argparse.ArgumentParser) -> None:
    """What the machine is called, and what it may do."""
    parser.add_argument("name")
    parser.add_argument("--scopes", nargs="+", default=["route"], help="of route, open, read, decide")


def add_key(given: argparse.Namespace) -> int:
    """A key for a machine, shown once."""
    from serve import people
    from serve.store import open_store

    with open_store(url_of(given)).write() as session:
        key = people.add_key(session, given.name, given.scopes, WHO)
    say(summary("new_key", secret=key))
    return 0


def name_option(parser: argparse.ArgumentParser) -> None:
    """Which key."""
    parser.add_argument("name")


def revoke_key(given: argparse.Namespace) -> int:
    """End a key."""
    from serve import people
    from serve.store import open_store

    with open_store(url_of(given)).write() as session:
        people.revoke_key(session, given.name, WHO)
    say(summary("key_revoked", name=given.name))
    return 0


def keys(given: argparse.Namespace) -> int:
    """All keys."""
    from sqlalchemy import select

    from serve.schema import ApiKey
    from serve.store import open_store

    with open_store(url_of(given)).read() as session:
        for one in session.scalars(select(ApiKey).order_by(ApiKey.name)):
            say("\t".join([one.name, ",".join(one.scopes), "-" if one.revoked_at else ""]))
    return 0


def verify_options(parser: argparse.ArgumentParser) -> None:
    """A digest that was noted elsewhere."""
    parser.add_argument("--known", default="", help="a digest of the trail that was noted earlier, outside")


def verify_audit(given: argparse.Namespace) -> int:
    """Whether the audit trail is whole; its end is printed, to be noted elsewhere."""
    from serve.audit import verify
    from serve.schema import Head
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
    """A copy of a SQLite store while it is in use."""
    from serve.retention import backup as copy

    copy(url_of(given), given.output)
    say(summary("saved", path=given.output))
    return 0


def restore_options(parser: argparse.ArgumentParser) -> None:
    """From where."""
    parser.add_argument("source", type=Path)


def restore(given: argparse.Namespace) -> int:
    """Put a copy in the place of a SQLite store that is not in use."""
    from serve.retention import restore as put_back

    put_back(url_of(given), given.source)
    say(summary("saved", path=url_of(given)))
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
    "backup": ("copy a SQLite store while it is in use", backup, output_options),
    "restore": ("put a copy in the place of a SQLite store", restore, restore_options),
}

ADMIN = Entry("people, keys, audit, erasure, export and backup of the store", arguments, run)
