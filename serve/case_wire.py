"""JSON of cases: what opens one, what is told of one, what decides on one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field
from pydantic.config import ConfigDict, JsonDict

from models.orgchart import OrgChart
from serve.cases import World
from serve.deadlines import SEOUL
from serve.moves import state_name, table
from serve.schema import Case, Task
from serve.wire import EXAMPLE, Closed, ComplaintIn, Named

OPENS: JsonDict = {**EXAMPLE, "key": "counter-3/2026-11-27/0042", "complainant": "", "contact": ""}
DECIDES: JsonDict = {"move": "change_lead", "version": 1, "values": {"office": "parks"}}


class CaseIn(ComplaintIn):
    """A complaint that opens a case. The same `key` again gives the same case, so that a call may be repeated."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [OPENS]})

    key: str = Field(min_length=1, max_length=200, description="the caller's own key of this call")
    complainant: str = Field(default="", max_length=200, description="who complains (민원인)")
    contact: str = Field(default="", max_length=200)
    about_office: str = Field(default="", max_length=64, description="the office that is complained of (기피 부서)")


class TaskOut(Closed):
    """What a support office was asked."""

    id: int
    office: str
    name: str
    duty: str
    state: Named
    due_at: datetime | None


class CaseOut(Closed):
    """A case as it stands, without its words."""

    number: str
    id: str = Field(description="the caller's own number")
    version: int = Field(description="to be sent back with a decision")
    state: Named
    lead: Named
    duty: str
    tasks: list[TaskOut]
    complexity: Named
    kind: Named
    flags: list[Named]
    handling: Named
    doubt: float = Field(description="1 less the probability that the proposed lead is right")
    received_at: datetime
    opened_at: datetime
    due_at: datetime | None
    stage_due_at: datetime | None
    reroutes: int
    proposal: dict[str, Any] | None = Field(default=None, description="what was proposed, in codes")
    reasons: list[str] = Field(default_factory=list, description="given once, when the case is opened")


class CasesOut(Closed):
    """A page of cases, the most urgent first; `next` is the cursor of the page after it."""

    cases: list[CaseOut]
    next: str


class DecisionIn(Closed):
    """One move: its name, the version of the case that was looked at, and what it needs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DECIDES]})

    move: str = Field(max_length=64)
    version: int = Field(ge=1, le=2**31 - 1)
    values: dict[str, str] = Field(default_factory=dict)


def case_out(case: Case, tasks: Sequence[Task], world: World, full: bool = False) -> CaseOut:
    """A case as JSON gives it; `full` with its proposal."""
    city, chart = world.city, world.chart
    proposal = case.predictions[-1].proposal if full and case.predictions else None
    return CaseOut(
        number=case.number,
        id=case.reference,
        version=case.version,
        state=Named(code=case.state, name=state_name(case.state)),
        lead=Named(code=case.lead, name=office_name(chart, case.lead)),
        duty=case.duty,
        tasks=[task_out(one, chart) for one in tasks],
        complexity=Named(code=str(case.complexity), name=city.levels[case.complexity]),
        kind=Named(code=case.kind, name=city.kinds[case.kind].name),
        flags=[Named(code=one, name=city.flags.get(one, one)) for one in case.flags],
        handling=Named(code=case.handling, name=city.handling[case.handling]),
        doubt=case.doubt,
        received_at=case.received_at.astimezone(SEOUL),
        opened_at=case.opened_at.astimezone(SEOUL),
        due_at=in_korea(case.due_at),
        stage_due_at=in_korea(case.stage_due_at),
        reroutes=case.reroutes,
        proposal=proposal,
    )


def in_korea(moment: datetime | None) -> datetime | None:
    """A moment in Korean time."""
    return moment.astimezone(SEOUL) if moment else None


def task_out(task: Task, chart: OrgChart) -> TaskOut:
    """A task as JSON gives it."""
    return TaskOut(
        id=task.id,
        office=task.office,
        name=office_name(chart, task.office),
        duty=task.duty,
        state=Named(code=task.state, name=table()["task_states"][task.state]),
        due_at=in_korea(task.due_at),
    )


def office_name(chart: OrgChart, office: str) -> str:
    """An office's name; its id where today's chart no longer has it."""
    held = chart.offices.get(office)
    return held.name if held else office
