"""The tables of the store: cases with what was proposed and decided, tasks, clocks, people, and the audit trail."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from serve.deadlines import SEOUL


def readable(text: str) -> str:
    """A text without what no database takes: the character NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


class Words(TypeDecorator[str]):
    """A text that every database takes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return readable(value) if value else value


CODE, NAME, LONG, TEXT = Words(64), Words(200), Words(500), Words()


class Moment(TypeDecorator[datetime]):
    """A moment: stored as UTC without a zone, so that both databases compare it alike; given back with its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. A moment without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: give it one")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Case(Base):
    """A case (민원 한 건): its state, who leads, and its clocks. `version` grows with every change."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("client", "key", name="uq_cases_client_key"),
        Index("ix_cases_queue", "state", "rank", "id"),
        Index("ix_cases_office", "lead", "state", "rank", "id"),
        Index("ix_cases_rank", "rank", "id"),
        Index("ix_cases_opened", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(NAME)
    key: Mapped[str] = mapped_column(NAME)
    fingerprint: Mapped[str] = mapped_column(CODE, default="")
    reference: Mapped[str] = mapped_column(NAME, default="")
    channel: Mapped[str] = mapped_column(NAME, default="")
    received_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(CODE)
    lead: Mapped[str] = mapped_column(CODE)
    duty: Mapped[str] = mapped_column(CODE)
    field: Mapped[str] = mapped_column(NAME)
    complexity: Mapped[int]
    kind: Mapped[str] = mapped_column(CODE)
    flags: Mapped[list[str]]
    urgent: Mapped[bool] = mapped_column(default=False)
    handling: Mapped[str] = mapped_column(CODE)
    why: Mapped[str] = mapped_column(CODE)
    doubt: Mapped[float]
    due_at: Mapped[datetime | None]
    stage_due_at: Mapped[datetime | None]
    rank: Mapped[datetime]
    extensions: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    paused_hours: Mapped[float] = mapped_column(default=0.0)
    reroutes: Mapped[int] = mapped_column(default=0)
    lead_fixed: Mapped[bool] = mapped_column(default=False)
    shared: Mapped[bool] = mapped_column(default=False)
    about_office: Mapped[str] = mapped_column(CODE, default="")
    task_changed: Mapped[bool] = mapped_column(default=False)
    answer_days: Mapped[int | None]
    version: Mapped[int] = mapped_column()

    text: Mapped["CaseText | None"] = relationship(cascade="all, delete-orphan")
    tasks: Mapped[list["Task"]] = relationship(order_by="Task.id", cascade="all, delete-orphan")
    predictions: Mapped[list["Proposed"]] = relationship(order_by="Proposed.id", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def number(self) -> str:
        """The case's number as people say it: the year of its opening in Korea, and its place."""
        return f"{self.opened_at.astimezone(SEOUL).year}-{self.id:06d}"


class CaseText(Base):
    """What erasure takes away: the words, as they came and as they were read, and the person."""

    __tablename__ = "texts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    title: Mapped[str] = mapped_column(TEXT)
    body: Mapped[str] = mapped_column(TEXT)
    sentences: Mapped[list[str]]
    reasons: Mapped[list[str]]
    complainant: Mapped[str] = mapped_column(NAME, default="")
    contact: Mapped[str] = mapped_column(NAME, default="")
    answer: Mapped[str] = mapped_column(TEXT, default="")
    salt: Mapped[str] = mapped_column(CODE)


class Proposed(Base):
    """What was proposed: every figure that was shown, by which model and which city's tables."""

    __tablename__ = "predictions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    model_version: Mapped[str] = mapped_column(NAME)
    config_version: Mapped[str] = mapped_column(CODE)
    lead: Mapped[str] = mapped_column(CODE)
    proposal: Mapped[dict[str, Any]]
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    shingles: Mapped[bytes] = mapped_column(LargeBinary)


class Decided(Base):
    """What a person decided: what held before and after, who, when and why. Never changed."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(NAME)
    office: Mapped[str] = mapped_column(CODE, default="")
    move: Mapped[str] = mapped_column(CODE)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(TEXT, default="")
    undone: Mapped[bool] = mapped_column(default=False)


class Task(Base):
    """What a support office (협조부서) has to do in a case: its own clock, its own reply to the lead."""

    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_office", "office", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    office: Mapped[str] = mapped_column(CODE)
    duty: Mapped[str] = mapped_column(CODE)
    state: Mapped[str] = mapped_column(CODE)
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(TEXT, default="")
    shared: Mapped[bool] = mapped_column(default=False)


class Note(Base):
    """A remark on a case, for colleagues; its text goes when the case's text goes."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(NAME)
    text: Mapped[str] = mapped_column(TEXT)


class Meeting(Base):
    """A team-lead consultation (팀장 책임 상담), a referral to the task force (추진단), or a mediation."""

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(CODE)
    who: Mapped[str] = mapped_column(NAME)
    planned_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(TEXT, default="")


class Link(Base):
    """Two cases that a person says repeat one another (반복) or are the same (중복): 법 제23조."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("case_id", "other_id", name="uq_links_pair"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(NAME)


class Clock(Base):
    """One stage of a case: when it began, when it should end, when it did."""

    __tablename__ = "clocks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    stage: Mapped[str] = mapped_column(CODE)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Deadline(Base):
    """Every deadline (처리기한) that a case has had, and why it changed; the last one holds."""

    __tablename__ = "deadlines"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(CODE)
    due_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(CODE)


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
