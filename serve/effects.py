"""Effects: what each move does to a case beyond its state, as `serve/data/moves.toml` names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.orgchart import Office, OfficeKind
from models.router import UNCLEAR
from serve.cases import World, add_task, case_by_number, routed_state, tasks_of
from serve.deadlines import local
from serve.moves import OFFICER, OPEN_TASKS, Actor, RefusedError
from serve.schema import Case, CaseText, Link, Meeting, Note, Task

MOST_REROUTES = 2  # after so many the coordinator's choice of the lead is final


@dataclass(frozen=True, slots=True)
class Change:
    """One move under way."""

    session: Session
    case: Case
    actor: Actor
    values: Mapping[str, str]
    world: World
    now: datetime

    def value(self, name: str) -> str:
        """One field as it was filled in."""
        return self.values.get(name, "").strip()

    def office(self) -> Office:
        """The office that was named, by id, name, short name, or the name of its duty."""
        return named_office(self.world, self.value("office"))


def named_office(world: World, given: str) -> Office:
    """An office of the chart. Raises RefusedError for one that is not in it."""
    chart, wanted = world.chart, given.replace(" ", "")
    for office in chart.offices.values():
        if wanted in (office.id, *(one.replace(" ", "") for one in (office.name, *office.aliases))):
            return office
    for duty in chart.duties.values():
        if wanted in (duty.id, duty.name.replace(" ", "")):
            return chart.offices[duty.office]
    raise RefusedError("office", "office", given=given)


def confirm(change: Change) -> None:
    """The lead is set, as it stands or as it is named. After the second reroute it is set for good."""
    case, chart = change.case, change.world.chart
    if change.value("office") and (office := change.office()).id != case.lead:
        drop_tasks(change, office.id)
        lead_by(change, office)
    if case.duty == UNCLEAR:
        raise RefusedError("unclear", "office")
    if case.lead not in chart.offices:
        raise RefusedError("office", "office", given=case.lead)
    case.lead_fixed = case.lead_fixed or case.reroutes >= MOST_REROUTES
    case.state = routed_state(chart.offices[case.lead].kind)


def drop_open_tasks(change: Change) -> None:
    """When a case is over, so is what was still asked of support offices."""
    for one in tasks_of(change.session, change.case):
        if one.state in OPEN_TASKS:
            one.state, one.changed_at = "dropped", change.now


def change_lead(change: Change) -> None:
    """Another office leads; where it was asked to help, that task is dropped."""
    office, case = change.office(), change.case
    if office.id == case.lead:
        raise RefusedError("lead_twice", "office", office=office.name)
    drop_tasks(change, office.id)
    lead_by(change, office)


def lead_by(change: Change, office: Office) -> None:
    """Let an office lead, by the duty that was named or proposed for it, else its first."""
    case, chart = change.case, change.world.chart
    given = change.value("duty") or change.value("office")
    proposed = [one["duty"] for one in case.predictions[-1].proposal["top"]] if case.predictions else []
    wanted = [given, *proposed, chart.first_duty(office.id)]
    own = [one for one in wanted if one in chart.duties and chart.duties[one].office == office.id]
    case.lead, case.duty = office.id, own[0] if own else case.duty
    case.field = chart.duties[case.duty].field if case.duty in chart.duties else case.field


def drop_tasks(change: Change, office: str) -> int:
    """Drop what an office was asked; how many tasks that were."""
    dropped = [one for one in tasks_of(change.session, change.case) if one.office == office]
    for one in dropped:
        one.state, one.changed_at = "dropped", change.now
    return len(dropped)


def add_office(change: Change) -> None:
    """Ask one more office."""
    office, case = change.office(), change.case
    if office.id == case.lead:
        raise RefusedError("lead_twice", "office", office=office.name)
    if any(one.office == office.id and one.state != "returned" for one in tasks_of(change.session, case)):
        raise RefusedError("support_twice", "office", office=office.name)
    given = change.value("office")
    chart = change.world.chart
    duty = given if given in chart.duties else chart.first_duty(office.id)
    add_task(change.session, case, office.id, duty, change.world, change.now)


def drop_office(change: Change) -> None:
    """An office need not help."""
    office = change.office()
    if not drop_tasks(change, office.id):
        raise RefusedError("no_task", "office", office=office.name)


def set_complexity(change: Change) -> None:
    """Another level."""
    level = change.value("level")
    if level not in ("1", "2", "3", "4"):
        raise RefusedError("level", "level")
    change.case.complexity = int(level)


def meet(kind: str) -> Callable[[Change], None]:
    """A meeting is asked for."""

    def effect(change: Change) -> None:
        planned = change.value("when")
        try:
            at = local(datetime.fromisoformat(planned)) if planned else None
        except ValueError as error:
            raise RefusedError("when", "when", given=planned) from error
        if at and abs(at.year - change.now.year) > 10:
            raise RefusedError("when", "when", given=planned)
        who = change.value("who")
        change.session.add(Meeting(case_id=change.case.id, kind=kind, who=who, planned_at=at, opened_at=change.now))

    return effect


def met(change: Change) -> None:
    """A meeting is over."""
    wanted = select(Meeting).where(Meeting.case_id == change.case.id, Meeting.ended_at.is_(None))
    for meeting in change.session.scalars(wanted):
        meeting.ended_at, meeting.outcome = change.now, change.value("outcome")


def task_force_decided(change: Change) -> None:
    """The task force names the lead, for good."""
    met(change)
    office = change.office()
    drop_tasks(change, office.id)
    lead_by(change, office)
    change.case.lead_fixed = True


def give_back(change: Change) -> None:
    """Not ours: a reroute (부서 재지정), counted; after the second the lead that the coordinator names stays."""
    if change.case.lead_fixed:
        raise RefusedError("lead_fixed")
    change.case.reroutes += 1


def transfer(change: Change) -> None:
    """To another body (이송)."""
    office = change.office()
    if office.kind is OfficeKind.DEPARTMENT:
        raise RefusedError("own_body", "office", office=office.name)
    if change.case.lead_fixed and change.actor.role == OFFICER:
        raise RefusedError("lead_fixed")
    drop_tasks(change, office.id)
    lead_by(change, office)
    change.case.state = "transferred"


def share_text(change: Change) -> None:
    """Let an outside body read the citizen's words."""
    office = change.office()
    if office.id == change.case.lead:
        change.case.shared = True
        return
    found = [one for one in tasks_of(change.session, change.case) if one.office == office.id]
    if not found:
        raise RefusedError("no_task", "office", office=office.name)
    for one in found:
        one.shared = True


def seen(change: Change) -> None:
    """The lead has read what came back."""
    change.case.task_changed = False


def answer(change: Change) -> None:
    """The lead answers the citizen; while a support office still works on it, only with a reason."""
    waiting = [one for one in tasks_of(change.session, change.case) if one.state in OPEN_TASKS]
    if waiting and not change.value("reason"):
        names = ", ".join(office_name(change.world, one) for one in waiting)
        raise RefusedError("open_tasks", "reason", offices=names)
    if change.case.paused_at:
        raise RefusedError("paused")
    text = change.session.get(CaseText, change.case.id)
    if text:
        text.answer = change.value("text")


def office_name(world: World, task: Task) -> str:
    """The name of a task's office, or its id where the chart no longer has it."""
    office = world.chart.offices.get(task.office)
    return office.name if office else task.office


def set_about(change: Change) -> None:
    """The office that is complained of (기피 부서): it never sees who complains (법 제7조)."""
    change.case.about_office = change.office().id


def link(change: Change) -> None:
    """Another case that is the same or a repeat; nothing is closed by it."""
    other = case_by_number(change.session, change.value("other"))
    if other is None or other.id == change.case.id:
        raise RefusedError("other", "other", given=change.value("other"))
    pair = {"case_id": change.case.id, "other_id": other.id}
    if change.session.scalars(select(Link).filter_by(**pair)).first() is None:
        change.session.add(Link(**pair, at=change.now, actor=change.actor.name))


def note(change: Change) -> None:
    """A remark."""
    change.session.add(Note(case_id=change.case.id, at=change.now, actor=change.actor.name, text=change.value("text")))
