"""The clocks of a case: the stage it is in, its deadline (처리기한), and its place in the queue.

민원 처리에 관한 법률 시행령: 제13조 gives the hours of assignment and transfer, 제20조 what does not count, 제21조
extensions.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.city import City
from serve.deadlines import WorkCalendar
from serve.schema import Case, Clock, Deadline

STAGES = {
    "review": "assign",
    "returned": "assign",
    "consultation": "assign",
    "task_force": "assign",
    "routed": "accept",
    "accepted": "answer",
    "mediation": "answer",
    "transferred": "transfer",
}
ENDED = ("answered", "closed", "withdrawn")
LAST = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
FIRST_OF_ALL = timedelta(days=36_525)  # what is urgent stands a century before all else in the queue


def due_of(case: Case, calendar: WorkCalendar) -> datetime | None:
    """When the case must be answered: its period from receipt with its extensions, and what did not count."""
    if case.answer_days is None:
        return None
    due = calendar.due(case.received_at, case.answer_days, case.extensions)
    return calendar.after_hours(due, case.paused_hours) if case.paused_hours else due


def set_deadline(session: Session, case: Case, calendar: WorkCalendar, now: datetime, why: str) -> None:
    """Compute the deadline anew; every one that has held is kept."""
    case.due_at = due_of(case, calendar)
    session.add(Deadline(case_id=case.id, at=now, kind=case.kind, due_at=case.due_at, why=why))


def enter_stage(session: Session, case: Case, city: City, now: datetime) -> None:
    """End the clock that runs and start that of the state the case is in now."""
    running = session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.ended_at.is_(None))).all()
    stage = STAGES.get(case.state, "")
    if not any(one.stage == stage for one in running):
        for one in running:
            one.ended_at = now
        case.stage_due_at = stage_due(case, city, stage, now)
        if stage:
            session.add(Clock(case_id=case.id, stage=stage, started_at=now, due_at=case.stage_due_at))
    elif stage == "answer":
        case.stage_due_at = case.due_at
    case.rank = rank_of(case)


def stage_due(case: Case, city: City, stage: str, now: datetime) -> datetime | None:
    """When a stage that begins now should end."""
    if stage in ("", "answer"):
        return case.due_at if stage else None
    electronic = case.channel in city.clocks.electronic_channels
    hours = city.clocks.electronic if electronic and stage != "accept" else getattr(city.clocks, stage)
    return WorkCalendar(city.hours).after_hours(now, hours)


def rank_of(case: Case) -> datetime:
    """The place in the queue: what is urgent first, then what is due first; what waits for the citizen comes last."""
    due = min((one for one in (case.stage_due_at, case.due_at) if one), default=LAST)
    if case.paused_at or case.state in ENDED:
        return LAST
    return case.opened_at - FIRST_OF_ALL if case.urgent else due


def risk_of(case: Case, city: City, now: datetime) -> str:
    """`overdue` where a clock has run out, `at_risk` where the deadline is near, else nothing."""
    due = min((one for one in (case.stage_due_at, case.due_at) if one), default=None)
    if due is None or case.paused_at or case.state in ENDED:
        return ""
    if now > due:
        return "overdue"
    near = case.due_at and WorkCalendar(city.hours).hours_between(now, case.due_at) <= city.clocks.at_risk
    return "at_risk" if near else ""
