"""JSON at the boundary: what the endpoint takes and gives, and the one shape of an error."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.config import JsonDict

from models.city import City
from models.orgchart import Office, OrgChart
from models.pipeline import Routed
from models.router import DutyScore
from nlp.complaint import Complaint
from serve.deadlines import SEOUL, WorkCalendar

MOST = 256
FIRST_YEAR, LAST_YEAR = 2000, 2099
EXAMPLE: JsonDict = {
    "id": "2026-000123",
    "title": "골목 보안등이 나갔어요",
    "body": "마을회관 앞 보안등 두 개가 일주일째 꺼져 있습니다. 밤에 다니기 무서우니 고쳐 주세요.",
    "channel": "counter",
}


class Closed(BaseModel):
    """A record without unknown fields: a misspelt one is refused, not lost."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def readable(cls, value: object) -> object:
        """Texts without halves of characters, which nothing can write."""
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


class ComplaintIn(Closed):
    """One complaint."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    id: str = Field(default="", max_length=200, description="the caller's own number")
    title: str = Field(default="", max_length=1_000)
    body: str
    received_at: datetime | None = None
    channel: str = Field(default="", max_length=100)

    @field_validator("received_at")
    @classmethod
    def of_our_time(cls, value: datetime | None) -> datetime | None:
        """Refuse a moment that cannot be one of receipt."""
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"a year from {FIRST_YEAR} to {LAST_YEAR} is needed")
        return value

    def complaint(self) -> Complaint:
        """The complaint. Raises ValueError, in words for people, for one that nobody could route."""
        return Complaint(self.id, self.body, self.title, self.received_at, self.channel)


class RouteIn(Closed):
    """One complaint or up to 256."""

    complaints: list[ComplaintIn] = Field(min_length=1, max_length=MOST)


class OfficeOut(Closed):
    """An office: department, agency or private firm."""

    id: str
    name: str
    kind: str


class DutyOut(Closed):
    """A duty with its office, its probability and the sentence that carries it."""

    duty: str
    name: str
    office: str
    probability: float
    evidence: str


class Named(Closed):
    """A code with its Korean name."""

    code: str
    name: str


class Proposal(Closed):
    """The proposal for one complaint. A person decides."""

    lead: OfficeOut
    probability: float = Field(description="that the lead office is right")
    rivals: list[OfficeOut] = Field(description="other offices that may be right")
    support: list[OfficeOut]
    partners: list[OfficeOut]
    transfer: Named | None
    duties: list[DutyOut] = Field(description="what is asked for, the lead's first")
    top: list[DutyOut] = Field(description="the three best candidates for the lead")
    complexity: Named
    kind: Named
    period_days: int | None = Field(description="working days; none where the law fixes it kind by kind")
    due_at: datetime | None = Field(description="when the period ends, from `received_at` or else from now")
    flags: list[Named]
    handling: Named
    reasons: list[str]
    model_version: str


class Problem(Closed):
    """One thing that is wrong, and where."""

    where: str
    message: str
    english: str = ""


class ErrorBody(Closed):
    """What went wrong, what to do, and the number to quote when asking for help."""

    code: str
    message: str
    english: str = ""
    problems: list[Problem] = []
    request_id: str = ""


class ErrorOut(Closed):
    """The one shape of every error."""

    error: ErrorBody


class Result(Closed):
    """A complaint's number with its proposal, or why there is none."""

    id: str
    proposal: Proposal | None = None
    error: ErrorBody | None = None


class RouteOut(Closed):
    """One result for each complaint, in order."""

    results: list[Result]


def proposal_of(routed: Routed, received: datetime | None, chart: OrgChart, city: City) -> Proposal:
    """A routing as JSON gives it."""
    routing = routed.routing
    period = routing.period_days
    return Proposal(
        lead=office_out(routing.lead),
        probability=round(routing.office_probability, 4),
        rivals=[office_out(one) for one in routing.rivals],
        support=[office_out(one) for one in routing.support],
        partners=[office_out(one) for one in routing.partners],
        transfer=Named(code=routing.transfer, name=city.transfer[routing.transfer]) if routing.transfer else None,
        duties=[duty_out(one, routed, chart) for one in routing.duties],
        top=[duty_out(one, routed, chart) for one in routing.top],
        complexity=Named(code=str(routing.complexity), name=city.levels[routing.complexity]),
        kind=Named(code=routing.kind, name=city.kinds[routing.kind].name),
        period_days=period,
        due_at=WorkCalendar(city.hours).due(received or datetime.now(SEOUL), period) if period is not None else None,
        flags=[Named(code=flag, name=city.flags[flag]) for flag in routing.flags],
        handling=Named(code=str(routing.handling), name=city.handling[str(routing.handling)]),
        reasons=list(routed.reasons),
        model_version=routing.model_version,
    )


def office_out(office: Office) -> OfficeOut:
    """An office as JSON gives it."""
    return OfficeOut(id=office.id, name=office.name, kind=str(office.kind.value))


def duty_out(duty: DutyScore, routed: Routed, chart: OrgChart) -> DutyOut:
    """A duty as JSON gives it."""
    return DutyOut(
        duty=duty.duty,
        name=chart.duties[duty.duty].name,
        office=duty.office,
        probability=round(duty.probability, 4),
        evidence=routed.reading.sentences[duty.evidence].text,
    )
