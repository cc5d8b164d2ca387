"""People and machines: who they are, how they prove it, and what each role may see and do."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serve import audit
from serve.errors import CommandError
from serve.lists import WAITING
from serve.moves import Actor
from serve.schema_people import ApiKey, SignIn, User

ROLES = ("intake", "officer", "coordinator", "data", "admin")
SCOPES = ("route", "open", "read", "decide")
ASSIGNED = (
    "routed",
    "accepted",
    "mediation",
    "transferred",
    "answered",
    "closed",
)  # states in which support offices take part
SHORTEST = 10
MOST_FAILURES, LOCKED = 5, timedelta(minutes=15)
IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_hex(16))  # what an unknown name is checked against, so that it takes as long


class SignInError(ValueError):
    """Nobody is signed in. `code` says why: `wrong` or `locked`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PersonError(CommandError):
    """A person or a key cannot be made or changed so. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, in this browser."""

    id: int
    login: str
    name: str
    role: str
    office: str
    must_change: bool
    csrf: str

    @property
    def actor(self) -> Actor:
        """As decisions name them."""
        return Actor(self.login, self.role, self.office)


def digest(secret: str) -> str:
    """What is kept of a token or key: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_user(session: Session, login: str, name: str, role: str, office: str, password: str, by: str) -> User:
    """Add a person, who must choose a new password at the first sign-in. Raises PersonError."""
    if role not in ROLES:
        raise PersonError(f"no role {role!r}: there are {', '.join(ROLES)}")
    if (role == "officer") != bool(office):
        raise PersonError("an officer needs an office (--office), nobody else has one")
    check_password(password, login)
    if session.scalars(select(User).where(User.login == login)).first():
        raise PersonError(f"{login!r} is there already: choose another name, or give it a new password")
    user = User(login=login, name=name, role=role, office=office, password=HASHER.hash(password))
    session.add(user)
    audit.append(session, by, "add_user", login=login, role=role, office=office)
    session.flush()
    return user


def check_password(password: str, login: str) -> None:
    """Refuse a password that is short or the name. Raises PersonError."""
    if len(password) < SHORTEST:
        raise PersonError(f"the password has {len(password)} characters: at least {SHORTEST} are needed")
    if len(password) > 200 or login.lower() in password.lower():
        raise PersonError("the password may not hold the name, nor more than 200 characters")


def set_password(session: Session, user: User, password: str, by: str, must_change: bool) -> None:
    """A new password: every browser that was signed in is signed out. Raises PersonError."""
    check_password(password, user.login)
    user.password, user.must_change = HASHER.hash(password), must_change
    user.failures, user.locked_until = 0, None
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    audit.append(session, by, "set_password", login=user.login)


def matches(user: User | None, password: str) -> bool:
    """Whether the password is this person's; as slow where nobody has the name."""
    try:
        return HASHER.verify(user.password if user else NOBODY, password) and user is not None
    except (VerificationError, InvalidHashError):
        return False


def proves(session: Session, login: str, password: str) -> bool:
    """Whether this is the person's password. Slow by design: to be called while nothing is locked."""
    return matches(session.scalars(select(User).where(User.login == login, User.active)).first(), password)


def sign_in(session: Session, login: str, right: bool) -> str | SignInError:
    """A new token for a browser, or why there is none; both are in the audit trail. `right` is what `proves` said.
    After five wrong passwords in a row the name is locked for a quarter of an hour; only the right one is told so.
    """
    now = datetime.now(UTC)
    user = session.scalars(select(User).where(User.login == login, User.active).with_for_update()).first()
    right = right and user is not None
    if user and user.locked_until and now < user.locked_until:
        return SignInError("locked" if right else "wrong")
    if user is None or not right:
        if user:
            user.failures += 1
            if user.failures >= MOST_FAILURES:
                user.failures, user.locked_until = 0, now + LOCKED
                audit.append(session, user.login, "locked")
        return SignInError("wrong")
    user.failures, user.locked_until = 0, None
    token = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.ends_at < now))
    session.add(
        SignIn(
            digest=digest(token), user_id=user.id, csrf=secrets.token_urlsafe(24), seen_at=now, ends_at=now + LONGEST
        )
    )
    audit.append(session, user.login, "sign_in")
    return token


def signed_in(session: Session, token: str) -> Person | None:
    """Who this browser is, if it was here within the hour and is not signed in for longer than half a day."""
    now = datetime.now(UTC)
    held = session.get(SignIn, digest(token)) if token else None
    if held is None or now > held.ends_at or now - held.seen_at > IDLE or not held.user.active:
        return None
    user = held.user
    return Person(user.id, user.login, user.name, user.role, user.office, user.must_change, held.csrf)


def is_old(session: Session, token: str) -> bool:
    """Whether the browser was last noted more than a minute ago, so that it is to be noted anew."""
    held = session.get(SignIn, digest(token))
    return held is not None and datetime.now(UTC) - held.seen_at > timedelta(minutes=1)


def touch(session: Session, token: str) -> None:
    """Note that the browser is still here."""
    held = session.get(SignIn, digest(token))
    if held:
        held.seen_at = datetime.now(UTC)


def sign_out(session: Session, token: str) -> None:
    """Forget the browser."""
    session.execute(delete(SignIn).where(SignIn.digest == digest(token)))


def add_key(session: Session, name: str, scopes: list[str], by: str) -> str:
    """A new key for a machine; it is shown this once. Raises PersonError."""
    if unknown := [one for one in scopes if one not in SCOPES]:
        raise PersonError(f"no scope {', '.join(unknown)}: there are {', '.join(SCOPES)}")
    if session.scalars(select(ApiKey).where(ApiKey.name == name)).first():
        raise PersonError(f"a key is called {name!r} already: choose another name")
    key = secrets.token_urlsafe(32)
    session.add(ApiKey(name=name, digest=digest(key), scopes=scopes, created_at=datetime.now(UTC)))
    audit.append(session, by, "add_key", name=name, scopes=scopes)
    return key


def revoke_key(session: Session, name: str, by: str) -> None:
    """End a key. Raises PersonError."""
    held = session.scalars(select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))).first()
    if held is None:
        raise PersonError(f"no key {name!r} is in use: minwon admin keys lists them")
    held.revoked_at = datetime.now(UTC)
    audit.append(session, by, "revoke_key", name=name)


def known_key(session: Session, header: str) -> ApiKey | None:
    """The key of an `Authorization: Bearer …` header, if it is in use."""
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return None
    return session.scalars(
        select(ApiKey).where(ApiKey.digest == digest(key.strip()), ApiKey.revoked_at.is_(None))
    ).first()


def sees_person(actor: Actor, outside: bool, lead: str, about_office: str) -> bool:
    """Whether one may see who complains: never the office that is complained of (법 제7조), nor another body."""
    if actor.role == "officer":
        return not outside and actor.office == lead and actor.office != about_office
    return actor.role == "coordinator"


def sees_case(actor: Actor, state: str, lead: str, task_offices: list[str]) -> bool:
    """Whether one may see a case at all: officers those that their office leads or helps in, once it is assigned."""
    if actor.role == "officer":
        led = actor.office == lead and state not in WAITING
        return led or (actor.office in task_offices and state in ASSIGNED)
    return actor.role == "coordinator"
