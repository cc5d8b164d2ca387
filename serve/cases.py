"""Cases: a complaint is opened as a case with what was proposed for it; what holds now is told as a snapshot."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.city import City
from models.orgchart import OfficeKind, OrgChart
from models.pipeline import Routed
from models.router import UNCLEAR, DutyScore, Handling
from nlp.complaint import Complaint
from serve import audit
from serve.clocks import enter_stage, set_deadline
from serve.deadlines import SEOUL, WorkCalendar
from serve.likeness import shingles
from serve.moves import Actor
from serve.schema import Case, CaseText, Proposed, Task

HELD = (
    "state", "lead", "duty", "field", "complexity", "kind", "extensions", "reroutes", "lead_fixed", "answer_days",
    "paused_hours", "task_changed", "shared", "about_office",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """What cases are judged by: the city's rules and its org chart of the day."""

    city: City
    chart: OrgChart
    version: str = ""

    @property
    def calendar(self) -> WorkCalendar:
        """The city's working time."""
        return WorkCalendar(self.city.hours)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A complaint as a machine or a person hands it in: by whom, under which key of theirs, and who complains."""

    complaint: Complaint
    client: str
    key: str
    complainant: str = ""
    contact: str = ""
    about_office: str = ""

    @property
    def fingerprint(self) -> str:
        """A hash of all that was handed in, to tell a repeated call from a key used twice."""
        one = self.complaint
        said = [one.id, one.title, one.body, one.channel, self.complainant, self.contact, self.about_office]
        return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def find_case(session: Session, client: str, key: str) -> Case | None:
    """The case that this caller opened under this key."""
    return session.scalars(select(Case).where(Case.client == client, Case.key == key)).one_or_none()


def case_by_number(session: Session, number: str) -> Case | None:
    """The case that people call so, such as 2026-000123; None where there is none."""
    _, _, digits = number.rpartition("-")
    case = session.get(Case, int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
    return case if case and case.number == number else None


def open_case(session: Session, arrival: Arrival, routed: Routed, world: World, actor: Actor) -> Case:
    """Open a case: in review, or with its office at once where the router is sure and the city lets it."""
    now, routing = datetime.now(UTC), routed.routing
    received = arrival.complaint.received_at or now
    case = Case(
        client=arrival.client,
        key=arrival.key,
        fingerprint=arrival.fingerprint,
        reference=arrival.complaint.id,
        channel=arrival.complaint.channel,
        received_at=received if received.tzinfo else received.replace(tzinfo=SEOUL),
        opened_at=now,
        changed_at=now,
        state=first_state(routed, world.city),
        lead=routing.lead.id,
        duty=routing.top[0].duty,
        field=world.chart.duties[routing.top[0].duty].field,
        complexity=routing.complexity,
        kind=routing.kind,
        flags=list(routing.flags),
        urgent="urgent" in routing.flags,
        handling=str(routing.handling),
        why=why(routed, world.city),
        doubt=round(1 - routing.office_probability, 4),
        about_office=arrival.about_office,
        answer_days=routing.period_days,
        rank=now,
    )
    session.add(case)
    session.flush()
    salt = secrets.token_hex(16)
    add_text(session, case, arrival, routed, salt)
    add_proposal(session, case, routed, world)
    for office in routing.support:
        duty = next(one.duty for one in routing.duties if one.office == office.id)
        add_task(session, case, office.id, duty, world, now)
    set_deadline(session, case, world.calendar, now, "opened")
    enter_stage(session, case, world.city, now)
    audit.append(
        session,
        actor.name,
        "open",
        case.id,
        text=audit.salted(salt, arrival.fingerprint),
        model=routing.model_version,
        **snapshot(case),
    )
    session.flush()
    return case


def add_text(session: Session, case: Case, arrival: Arrival, routed: Routed, salt: str) -> None:
    """The words and the person: what erasure takes away."""
    complaint = arrival.complaint
    session.add(
        CaseText(
            case_id=case.id,
            title=complaint.title,
            body=complaint.body,
            sentences=[one.text for one in routed.reading.sentences],
            reasons=list(routed.reasons),
            complainant=arrival.complainant,
            contact=arrival.contact,
            salt=salt,
        )
    )


def add_proposal(session: Session, case: Case, routed: Routed, world: World) -> None:
    """What was proposed, by which model and which tables."""
    session.add(
        Proposed(
            case_id=case.id,
            at=case.opened_at,
            model_version=routed.routing.model_version,
            config_version=world.version,
            lead=routed.routing.lead.id,
            proposal=proposal(routed),
            vector=routed.vector.astype(np.float16).tobytes(),
            shingles=shingles(routed.reading.text),
        )
    )


def proposal(routed: Routed) -> dict[str, Any]:
    """Every figure of a proposal, as it is kept: sentences by their number, so that it outlives the words."""
    routing = routed.routing
    return {
        "lead": routing.lead.id,
        "probability": round(routing.office_probability, 4),
        "rivals": [one.id for one in routing.rivals],
        "support": [one.id for one in routing.support],
        "partners": [one.id for one in routing.partners],
        "transfer": routing.transfer,
        "duties": [score(one) for one in routing.duties],
        "top": [score(one) for one in routing.top],
        "several": round(routing.several, 4),
        "complexity": routing.complexity,
        "kind": routing.kind,
        "flags": list(routing.flags),
        "handling": str(routing.handling),
    }


def score(duty: DutyScore) -> dict[str, Any]:
    """A duty's figures."""
    return {
        "duty": duty.duty,
        "office": duty.office,
        "probability": round(duty.probability, 4),
        "sentence": duty.evidence,
    }


def first_state(routed: Routed, city: City) -> str:
    """Where a new case begins: with its department at once where the router is sure and the city lets it. Nothing goes
    to another body (이송) without a person.
    """
    own = routed.routing.lead.kind is OfficeKind.DEPARTMENT
    return "routed" if city.assign_direct and own and routed.routing.handling is Handling.DIRECT else "review"


def routed_state(kind: OfficeKind) -> str:
    """Where a case stands once its lead is set: with a department, or with another body."""
    return "routed" if kind is OfficeKind.DEPARTMENT else "transferred"


def why(routed: Routed, city: City) -> str:
    """The first reason for which a person must look: for the queue's filter."""
    routing = routed.routing
    if routing.handling is Handling.DIRECT:
        return "transfer" if routing.transfer else ""
    if routing.top[0].duty == UNCLEAR:
        return "unclear"
    if routing.support:
        return "several"
    if routing.complexity >= city.consultation_level:
        return "level"
    return "doubtful" if routing.rivals else "possible_several"


def add_task(session: Session, case: Case, office: str, duty: str, world: World, now: datetime) -> Task:
    """Ask a support office: its reply is due inside the case's own period (법 제20조)."""
    due = world.calendar.after_hours(now, world.city.clocks.task)
    if case.due_at:
        due = min(due, case.due_at)
    task = Task(case_id=case.id, office=office, duty=duty, state="open", opened_at=now, changed_at=now, due_at=due)
    session.add(task)
    session.flush()
    return task


def tasks_of(session: Session, case: Case) -> list[Task]:
    """The tasks of a case that were not dropped."""
    return list(session.scalars(select(Task).where(Task.case_id == case.id, Task.state != "dropped").order_by(Task.id)))


def snapshot(case: Case, tasks: Sequence[Task] = ()) -> dict[str, Any]:
    """All of a case that a decision can change, in codes."""
    held = {name: getattr(case, name) for name in HELD}
    held["paused_at"] = case.paused_at.isoformat() if case.paused_at else ""
    return {**held, "tasks": {str(one.id): [one.office, one.state, one.shared] for one in tasks}}


def restore(case: Case, tasks: Sequence[Task], before: Mapping[str, Any]) -> None:
    """Put back what a snapshot holds; a task that it does not know is dropped."""
    for name in HELD:
        setattr(case, name, before[name])
    case.paused_at = datetime.fromisoformat(before["paused_at"]) if before["paused_at"] else None
    for task in tasks:
        _, task.state, task.shared = before["tasks"].get(str(task.id), ["", "dropped", False])
