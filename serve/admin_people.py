"""`minwon admin`, the tasks about people and keys."""

import argparse
import getpass
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from serve.admin_store import WHO, url_of
from serve.commands import say
from serve.headings import summary

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from serve.schema_people import User


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
    from serve.schema_people import User

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
    from serve.schema_people import SignIn
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

    from serve.schema_people import User
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

    from serve.schema_people import ApiKey
    from serve.store import open_store

    with open_store(url_of(given)).read() as session:
        for one in session.scalars(select(ApiKey).order_by(ApiKey.name)):
            say("\t".join([one.name, ",".join(one.scopes), "-" if one.revoked_at else ""]))
    return 0
