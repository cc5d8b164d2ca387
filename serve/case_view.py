"""The page of one case: a typed context, built from the store for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.orgchart import OfficeKind
from serve.case_wire import office_name
from serve.cases import World, tasks_of
from serve.likeness import Likeness
from serve.moves import Actor, Move, possible, table, task_moves
from serve.people import Person, sees_person
from serve.schema import Case, CaseText, Clock, Deadline, Decided, Link, Meeting, Note
from serve.views import Row, TaskRow, row_of, sees, task_row

RANKS = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """An office that may lead, with its duty, how likely it is, and the key that chooses it."""

    key: int
    office: str
    name: str
    duty: str
    duty_id: str
    percent: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the duties that it carries (their places in the list of duties)."""

    text: str
    marks: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class LikeRow:
    """A case like this one, and where it ended."""

    case: Case
    title: str
    lead: str
    state: str
    words: int
    matter: int
    linked: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case as one person may see it."""

    row: Row
    sentences: Sequence[Sentence]
    titled: bool
    reasons: Sequence[str]
    erased: bool
    text_shown: bool
    person_shown: bool
    choices: Sequence[Choice]
    partners: Sequence[str]
    tasks: Sequence[TaskRow]
    moves: Mapping[str, Move]
    like: Sequence[LikeRow]
    history: Sequence[tuple[Decided, str]]
    notes: Sequence[Note]
    meetings: Sequence[Meeting]
    clocks: Sequence[Clock]
    deadlines: Sequence[Deadline]
    answer: str
    own_task: TaskRow | None
    task_moves: Sequence[Move]


def case_page(session: Session, case: Case, person: Person, world: World, likeness: Likeness) -> CasePage:
    """One case for one person."""
    actor, now = person.actor, datetime.now(UTC)
    tasks = [task_row(one, world) for one in tasks_of(session, case)]
    outside = is_outside(actor, world)
    own = own_task(tasks, actor, case)
    text = session.get(CaseText, case.id)
    shown = not outside or (case.shared if actor.office == case.lead else bool(own and own.task.shared))
    leads = actor.role != "officer" or (actor.office == case.lead and not outside)
    moves = {one.id: one for one in possible(case.state, case.lead, actor)}
    return CasePage(
        row=row_of(session, case, world, now, titled=shown),
        sentences=marked(case, text, world) if text and shown else (),
        titled=bool(text and text.title and text.body),
        reasons=text.reasons if text and leads else (),
        erased=text is None,
        text_shown=shown,
        person_shown=text is not None and sees_person(actor, outside, case.lead, case.about_office),
        choices=choices(case, world),
        partners=[office_name(world.chart, one) for one in proposed(case).get("partners", [])],
        tasks=tasks if leads else [own] if own else [],
        moves=moves,
        like=like_rows(session, case, actor, world, likeness) if leads else (),
        history=history(session, case, world) if leads else (),
        notes=session.scalars(select(Note).where(Note.case_id == case.id).order_by(Note.id)).all() if leads else (),
        meetings=meetings(session, case) if leads else (),
        clocks=session.scalars(select(Clock).where(Clock.case_id == case.id).order_by(Clock.id)).all(),
        deadlines=session.scalars(select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.id)).all(),
        answer=text.answer if text and leads else "",
        own_task=own,
        task_moves=[one for one in task_moves().values() if own and own.task.state in one.sources],
    )


def is_outside(actor: Actor, world: World) -> bool:
    """Whether an officer is another body's; one of an office that the chart no longer has counts as such."""
    office = world.chart.offices.get(actor.office)
    return actor.role == "officer" and (office is None or office.kind is not OfficeKind.DEPARTMENT)


def own_task(tasks: Sequence[TaskRow], actor: Actor, case: Case) -> TaskRow | None:
    """The task of this person's office: the newest that it has not returned."""
    mine = [one for one in tasks if one.task.office == actor.office and one.task.state != "returned"]
    return mine[-1] if mine and actor.office != case.lead else None


def proposed(case: Case) -> Mapping[str, Any]:
    """What was proposed last."""
    return case.predictions[-1].proposal if case.predictions else {}


def marked(case: Case, text: CaseText, world: World) -> list[Sentence]:
    """The sentences as they were read, each with the duties that it carries."""
    duties = proposed(case).get("duties", [])
    marks: dict[int, list[tuple[int, str]]] = {}
    for place, one in enumerate(duties, 1):
        held = world.chart.duties.get(one["duty"])
        marks.setdefault(one["sentence"], []).append((min(place, RANKS), held.name if held else one["duty"]))
    return [Sentence(said, tuple(marks.get(place, ()))) for place, said in enumerate(text.sentences)]


def choices(case: Case, world: World) -> list[Choice]:
    """The offices to choose among: the lead as it stands, then the proposed ones, the likeliest first."""
    chart = world.chart
    top = proposed(case).get("top", [])
    shares: dict[str, float] = {}
    duties: dict[str, str] = {}
    for one in top:
        shares[one["office"]] = shares.get(one["office"], 0.0) + one["probability"]
        duties.setdefault(one["office"], one["duty"])
    rivals = proposed(case).get("rivals", [])
    names = list(dict.fromkeys([case.lead, *duties, *rivals]))
    return [
        Choice(
            key=key,
            office=one,
            name=office_name(chart, one),
            duty=chart.duties[duty].name if (duty := duty_of(case, one, duties, world)) in chart.duties else "",
            duty_id=duty,
            percent=min(99, round(100 * shares.get(one, 0.0))),
            chosen=one == case.lead,
        )
        for key, one in enumerate(names[:9], 1)
    ]


def duty_of(case: Case, office: str, duties: Mapping[str, str], world: World) -> str:
    """The duty by which an office would lead."""
    if office == case.lead:
        return case.duty
    return duties.get(office) or world.chart.first_duty(office)


def meetings(session: Session, case: Case) -> Sequence[Meeting]:
    """The meetings over a case."""
    return session.scalars(select(Meeting).where(Meeting.case_id == case.id).order_by(Meeting.id)).all()


def like_rows(session: Session, case: Case, actor: Actor, world: World, likeness: Likeness) -> list[LikeRow]:
    """Cases like this one, of those that this person may see."""
    linked = set(session.scalars(select(Link.other_id).where(Link.case_id == case.id)))
    linked |= set(session.scalars(select(Link.case_id).where(Link.other_id == case.id)))
    found = []
    for one in likeness.near(session, case.id):
        other = session.get(Case, one.case)
        if other is None or not sees(session, other, actor) or session.get(CaseText, other.id) is None:
            continue
        row = row_of(session, other, world, datetime.now(UTC))
        words, matter = round(100 * one.words), min(99, round(100 * one.matter))
        found.append(LikeRow(other, row.title, row.lead, row.state, words, matter, other.id in linked))
    return found


def history(session: Session, case: Case, world: World) -> list[tuple[Decided, str]]:
    """The decisions of a case with what each changed, in words."""
    rows = session.scalars(select(Decided).where(Decided.case_id == case.id).order_by(Decided.id)).all()
    return [(one, changes(one, world)) for one in rows]


def changes(decided: Decided, world: World) -> str:
    """What a decision changed."""
    before, after, city = decided.before, decided.after, world.city
    said = []
    if before["lead"] != after["lead"]:
        said.append(f"{office_name(world.chart, before['lead'])} → {office_name(world.chart, after['lead'])}")
    if before["complexity"] != after["complexity"]:
        said.append(f"{city.levels[before['complexity']]} → {city.levels[after['complexity']]}")
    if before["kind"] != after["kind"]:
        said.append(f"{city.kinds[before['kind']].name} → {city.kinds[after['kind']].name}")
    said += [
        f"+ {office_name(world.chart, held[0])}" for key, held in after["tasks"].items() if key not in before["tasks"]
    ]
    said += [
        f"- {office_name(world.chart, held[0])}" for key, held in before["tasks"].items() if key not in after["tasks"]
    ]
    if before["state"] != after["state"]:
        states = table()["states"]
        said.append(f"{states[before['state']]} → {states[after['state']]}")
    return ", ".join(said)
