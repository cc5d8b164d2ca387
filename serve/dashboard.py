"""The dashboard: what came in, how much went without a coordinator, how often offices changed, what is late."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from serve.case_wire import office_name
from serve.cases import World
from serve.deadlines import SEOUL
from serve.lists import WAITING
from serve.schema import Case, Clock, Decided, Proposed

DAYS = 30
DECIDED = ("routed", "accepted", "mediation", "transferred", "answered", "closed")


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One office: cases that it was proposed for and that were decided, how many of them it got at once, how many
    went elsewhere, and how often it returned one.
    """

    office: str
    cases: int
    right: int
    overridden: int
    rerouted: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures of the last 30 days, but for what waits, which is of now."""

    days: Sequence[tuple[date, int]]
    opened: int
    direct: int
    decided: int
    right: int
    reroutes: int
    assignment_minutes: float | None
    waiting: int
    overdue: int
    at_risk: int
    offices: Sequence[OfficeRow]


def dashboard_of(session: Session, world: World) -> Dashboard:
    """The figures as they are now."""
    now = datetime.now(UTC)
    since = now - timedelta(days=DAYS)
    recent = Case.opened_at >= since
    opened_at = session.scalars(select(Case.opened_at).where(recent)).all()
    opened = len(opened_at)
    direct = count(session, recent, Case.handling == "direct")
    rows = offices(session, world, since)
    running = Case.state.in_((*WAITING, "routed", "accepted", "mediation", "transferred"))
    clocks = and_(running, Case.paused_at.is_(None))
    soon = world.calendar.after_hours(now, world.city.clocks.at_risk)
    late = or_(Case.due_at < now, Case.stage_due_at < now)
    return Dashboard(
        days=per_day(opened_at, now),
        opened=opened,
        direct=direct,
        decided=sum(one.cases for one in rows),
        right=sum(one.right for one in rows),
        reroutes=sum(one.rerouted for one in rows),
        assignment_minutes=assignment(session, since),
        waiting=count(session, Case.state.in_(WAITING)),
        overdue=count(session, clocks, late),
        at_risk=count(session, clocks, Case.due_at >= now, Case.due_at < soon),
        offices=rows,
    )


def count(session: Session, *conditions: object) -> int:
    """How many cases meet all conditions."""
    return int(session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0)  # type: ignore[arg-type]


def per_day(moments: Sequence[datetime], now: datetime) -> list[tuple[date, int]]:
    """Cases opened on each day in Korea, the oldest first."""
    held = Counter(one.astimezone(SEOUL).date() for one in moments)
    today = now.astimezone(SEOUL).date()
    return [(day, held[day]) for back in range(DAYS - 1, -1, -1) for day in [today - timedelta(days=back)]]


def assignment(session: Session, since: datetime) -> float | None:
    """The median minutes from opening to assignment, of the latest cases that a person assigned."""
    rows = session.execute(
        select(Clock.started_at, Clock.ended_at)
        .where(Clock.stage == "assign", Clock.ended_at.is_not(None), Clock.started_at >= since)
        .order_by(Clock.id.desc())
        .limit(5000)
    ).all()
    lengths = [(ended - started).total_seconds() / 60 for started, ended in rows if ended is not None]
    return median(lengths) if lengths else None


def offices(session: Session, world: World, since: datetime) -> list[OfficeRow]:
    """By proposed office, of the cases on which a person has decided: right at once, overridden, rerouted."""
    touched = select(Decided.id).where(Decided.case_id == Case.id, Decided.undone.is_(False)).exists()
    right = when(((Case.lead == Proposed.lead) & (Case.reroutes == 0), 1), else_=0)
    other = when((Case.lead != Proposed.lead, 1), else_=0)
    found = session.execute(
        select(Proposed.lead, func.count(), func.sum(right), func.sum(other))
        .join(Case, Case.id == Proposed.case_id)
        .where(Case.opened_at >= since, Case.state.in_(DECIDED), touched)
        .group_by(Proposed.lead)
        .order_by(func.count().desc())
    ).all()
    returned = {
        str(office): int(number)
        for office, number in session.execute(
            select(Decided.office, func.count())
            .where(Decided.move == "return", Decided.at >= since, Decided.undone.is_(False))
            .group_by(Decided.office)
        )
    }
    return [
        OfficeRow(office_name(world.chart, lead), int(cases), int(kept), int(elsewhere), returned.get(lead, 0))
        for lead, cases, kept, elsewhere in found
    ]
