"""The tables of people and machines, and of the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serve.schema_base import CODE, LONG, NAME, TEXT, Base


class Event(Base):
    """One link of the audit trail. `facts` holds codes and salted hashes, never a complaint's words."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_case", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(NAME)
    action: Mapped[str] = mapped_column(CODE)
    case_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(CODE)
    digest: Mapped[str] = mapped_column(CODE)


class Head(Base):
    """The end of the audit trail, in one row, which every writer locks."""

    __tablename__ = "head"

    id: Mapped[int] = mapped_column(primary_key=True)
    events: Mapped[int]
    digest: Mapped[str] = mapped_column(CODE)


class User(Base):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(NAME, unique=True)
    name: Mapped[str] = mapped_column(NAME)
    role: Mapped[str] = mapped_column(CODE)
    office: Mapped[str] = mapped_column(CODE, default="")
    password: Mapped[str] = mapped_column(LONG)
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)


class SignIn(Base):
    """A browser that is signed in; the token itself is known to the browser alone."""

    __tablename__ = "sign_ins"

    digest: Mapped[str] = mapped_column(CODE, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str] = mapped_column(CODE)
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class ApiKey(Base):
    """A machine that may call; the key itself is known to the machine alone."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(NAME, unique=True)
    digest: Mapped[str] = mapped_column(CODE, unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SavedView(Base):
    """A filter of the queue that a person keeps."""

    __tablename__ = "views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(NAME)
    query: Mapped[str] = mapped_column(TEXT)
