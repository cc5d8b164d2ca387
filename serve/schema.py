"""The tables of the store: cases with what was proposed and decided, tasks, clocks, people, and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serve.deadlines import SEOUL
from serve.schema_base import CODE, NAME, TEXT, Base


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
