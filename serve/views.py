"""What the pages show: typed contexts, built from the store for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.orgchart import OfficeKind
from serve.case_wire import office_name
from serve.cases import World, case_by_number, tasks_of
from serve.clocks import risk_of
from serve.decide import UNDO, last_decision
from serve.lists import Filter, counts, page
from serve.moves import OPEN_TASKS, Actor, table, task_moves
from serve.people import Person, sees_case
from serve.schema import Case, CaseText, Decided, Task
from serve.schema_people import SavedView
from serve.tasks import WORKED_ON


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list."""

    case: Case
    title: str
    lead: str
    state: str
    risk: str
    tasks: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The queue: its rows, counts, filter and saved views."""

    rows: Sequence[Row]
    filter: Filter
    query: str
    next: str
    states: Mapping[str, int]
    total: int
    views: Sequence[SavedView]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A support office's part."""

    task: Task
    office: str
    duty: str
    state: str
    agency: bool


def row_of(session: Session, case: Case, world: World, now: datetime, titled: bool = True) -> Row:
    """A case as a list shows it: its first words as they were read, without personal data."""
    text = session.get(CaseText, case.id) if titled else None
    title = text.sentences[0][:80] if text and text.sentences else ""
    return Row(
        case=case,
        title=title,
        lead=office_name(world.chart, case.lead),
        state=table()["states"][case.state],
        risk=risk_of(case, world.city, now),
        tasks=len(tasks_of(session, case)),
    )


def queue_page(session: Session, wanted: Filter, cursor: str, person: Person, world: World) -> QueuePage:
    """The queue for one person."""
    now = datetime.now(UTC)
    cases, following = page(session, wanted, cursor)
    states = counts(session, replace(wanted, state=""), "state")
    shown = states if not wanted.state else counts(session, wanted, "state")
    views = session.scalars(select(SavedView).where(SavedView.user_id == person.id).order_by(SavedView.name)).all()
    return QueuePage(
        rows=[row_of(session, one, world, now) for one in cases],
        filter=wanted,
        query=urlencode(wanted.given()),
        next=following,
        states=states,
        total=sum(shown.values()),
        views=views,
    )


def visible_case(session: Session, number: str, actor: Actor) -> Case | None:
    """The case of this number, if this person may see it."""
    case = case_by_number(session, number)
    return case if case and sees(session, case, actor) else None


def sees(session: Session, case: Case, actor: Actor) -> bool:
    """Whether this person may see a case."""
    asked = [one.office for one in tasks_of(session, case) if one.state != "returned"]
    return sees_case(actor, case.state, case.lead, asked)


def task_row(task: Task, world: World) -> TaskRow:
    """A support office's part, in words."""
    office, duty = world.chart.offices.get(task.office), world.chart.duties.get(task.duty)
    return TaskRow(
        task=task,
        office=office_name(world.chart, task.office),
        duty=duty.name if duty else task.duty,
        state=table()["task_states"][task.state],
        agency=office is None or office.kind is not OfficeKind.DEPARTMENT,
    )


def undoable(session: Session, person: Person) -> tuple[Case, Decided] | None:
    """The last decision of a person, while it can be taken back."""
    since = datetime.now(UTC) - UNDO
    wanted = select(Decided).where(Decided.actor == person.login, Decided.at > since).order_by(Decided.id.desc())
    last = session.scalars(wanted.limit(1)).first()
    if last is None or last.undone or last.move in ("undo", "note", "link") or last.move in task_moves():
        return None
    case = session.get_one(Case, last.case_id)
    return (case, last) if last_decision(session, case) is last else None


def office_rows(session: Session, office: str, world: World) -> tuple[list[Row], list[tuple[TaskRow, Row]]]:
    """What waits for an office: cases that it leads, and tasks in others' cases."""
    now = datetime.now(UTC)
    states = ("routed", "accepted", "mediation", "answered")
    led = session.scalars(
        select(Case).where(Case.lead == office, Case.state.in_(states)).order_by(Case.rank, Case.id).limit(200)
    ).all()
    helped = session.scalars(
        select(Task)
        .join(Case, Case.id == Task.case_id)
        .where(Task.office == office, Task.state.in_(OPEN_TASKS), Case.state.in_(WORKED_ON))
        .order_by(Task.due_at)
        .limit(200)
    ).all()
    tasks = [
        (task_row(one, world), row_of(session, case, world, now, titled=not task_row(one, world).agency or one.shared))
        for one in helped
        for case in [session.get_one(Case, one.case_id)]
    ]
    return [row_of(session, one, world, now) for one in led], tasks


def next_case(session: Session, wanted: Filter, but: int) -> Case | None:
    """The first case of a filter that is not this one."""
    cases, _ = page(session, wanted, limit=2)
    return next((one for one in cases if one.id != but), None)
