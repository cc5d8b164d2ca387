"""Decisions: a person's move on a case, checked, carried out, kept with what held before and after, and audited."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from serve import audit
from serve.cases import World, restore, snapshot, tasks_of
from serve.clocks import ENDED, enter_stage, set_deadline
from serve.effects import (
    Change,
    add_office,
    answer,
    change_lead,
    confirm,
    drop_office,
    drop_open_tasks,
    give_back,
    link,
    meet,
    met,
    note,
    seen,
    set_about,
    set_complexity,
    share_text,
    task_force_decided,
    transfer,
)
from serve.moves import Actor, RefusedError, StaleError, chosen, moves
from serve.period_moves import extend, set_kind, supplement, supplemented
from serve.schema import Case, CaseText, Clock, Decided, Meeting, Task

UNDO = timedelta(minutes=1)
OVER = ("transferred", "answered", "closed", "withdrawn")  # from here the time runs after which words are erased
WRITING = {"text", "outcome", "who", "reason"}
LASTING = ("undo", "note", "link")  # nothing that a snapshot could put back


def unwind(session: Session, case: Case, at: datetime) -> None:
    """Take back what a decision did at its moment beside the case: clocks, meetings, an answer."""
    for clock in session.scalars(select(Clock).where(Clock.case_id == case.id)):
        if clock.started_at == at:
            session.delete(clock)
        elif clock.ended_at == at:
            clock.ended_at, case.stage_due_at = None, clock.due_at
    for meeting in session.scalars(select(Meeting).where(Meeting.case_id == case.id)):
        if meeting.opened_at == at:
            session.delete(meeting)
        elif meeting.ended_at == at:
            meeting.ended_at, meeting.outcome = None, ""
    text = session.get(CaseText, case.id)
    if text and case.state == "answered":
        text.answer = ""
    session.flush()


def decide(
    session: Session, case: Case, name: str, values: Mapping[str, str], actor: Actor, world: World, seen: int
) -> Decided:
    """Make one move. `seen` is the version of the case that the person looked at.

    Raises RefusedError where the move may not be made, and StaleError where the case has changed since.
    """
    if case.version != seen:
        raise stale(session, case)
    move = chosen(name, case.state, case.lead, actor, values)
    if WRITING & {key for key, value in values.items() if value} and session.get(CaseText, case.id) is None:
        raise RefusedError("erased")
    now = datetime.now(UTC)
    before = snapshot(case, tasks_of(session, case))
    change = Change(session, case, actor, values, world, now)
    if effect := EFFECTS.get(name):
        effect(change)
    if move.target:
        case.state = move.target
    case.changed_at = now
    case.closed_at = (case.closed_at or now) if case.state in OVER else None
    if case.state in ENDED and before["state"] not in ENDED:
        drop_open_tasks(change)
    session.flush()
    enter_stage(session, case, world.city, now)
    decided = kept(change.session, case, actor, name, before, change.value("reason"), now)
    audit.append(session, actor.name, name, case.id, before=before, after=decided.after)
    session.flush()
    return decided


def kept(
    session: Session, case: Case, actor: Actor, move: str, before: dict[str, Any], reason: str, now: datetime
) -> Decided:
    """A decision as it is kept: what held before and what holds now."""
    decided = Decided(
        case_id=case.id,
        at=now,
        actor=actor.name,
        office=actor.office,
        move=move,
        before=before,
        after=snapshot(case, tasks_of(session, case)),
        reason=reason,
    )
    session.add(decided)
    return decided


def stale(session: Session, case: Case) -> StaleError:
    """Who was first."""
    last = last_decision(session, case)
    named = moves()[last.move].name if last and last.move in moves() else "-"
    return StaleError("stale", actor=last.actor if last else "-", move=named)


def last_decision(session: Session, case: Case) -> Decided | None:
    """The last decision on a case that holds."""
    wanted = select(Decided).where(Decided.case_id == case.id, Decided.undone.is_(False))
    return session.scalars(wanted.order_by(Decided.id.desc()).limit(1)).first()


def undo(change: Change) -> None:
    """Take back one's own last decision, within a minute."""
    last = last_decision(change.session, change.case)
    if last is None or last.move in LASTING:
        raise RefusedError("undo_none")
    if last.actor != change.actor.name:
        raise RefusedError("undo_other", actor=last.actor)
    if change.now - last.at > UNDO:
        raise RefusedError("undo_late")
    last.undone = True
    case = change.case
    unwind(change.session, case, last.at)
    period = (case.kind, case.extensions, case.paused_hours)
    every = change.session.scalars(select(Task).where(Task.case_id == case.id)).all()
    restore(case, every, last.before)
    if (case.kind, case.extensions, case.paused_hours) != period:
        set_deadline(change.session, case, change.world.calendar, change.now, "undone")


EFFECTS: Mapping[str, Callable[[Change], None]] = {
    "confirm": confirm,
    "change_lead": change_lead,
    "add_office": add_office,
    "drop_office": drop_office,
    "set_complexity": set_complexity,
    "set_kind": set_kind,
    "consult": meet("consultation"),
    "consulted": met,
    "refer_task_force": meet("task_force"),
    "task_force_decided": task_force_decided,
    "return": give_back,
    "transfer": transfer,
    "mediate": meet("mediation"),
    "mediated": met,
    "extend": extend,
    "supplement": supplement,
    "supplemented": supplemented,
    "share_text": share_text,
    "seen": seen,
    "answer": answer,
    "link": link,
    "set_about": set_about,
    "note": note,
    "undo": undo,
}
