"""Records: one routing as the columns that are added to a file, in codes or in Korean."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from models.city import City
from models.orgchart import OrgChart
from models.pipeline import Routed
from models.router import DutyScore
from serve.deadlines import WorkCalendar


@dataclass(frozen=True, slots=True)
class Record:
    """What `minwon classify` adds to a row, in codes; lists are joined with `;`. `error` is empty for a good row."""

    id: str
    lead_office: str = ""
    lead_office_name: str = ""
    support_offices: str = ""
    partners: str = ""
    transfer: str = ""
    duties: str = ""
    duty_1: str = ""
    duty_2: str = ""
    duty_3: str = ""
    probability_1: float | None = None
    probability_2: float | None = None
    probability_3: float | None = None
    complexity: int | None = None
    kind: str = ""
    flags: str = ""
    period_days: int | None = None
    due_on: str = ""
    handling: str = ""
    evidence: str = ""
    reasons: str = ""
    model_version: str = ""
    error: str = ""


ADDED = tuple(one.name for one in fields(Record))


def record_of(routed: Routed, received: datetime | None, calendar: WorkCalendar) -> Record:
    """A routing as a record of codes; the day it is due where it is known when it came and how long it may take."""
    routing = routed.routing
    due = calendar.due(received, routing.period_days) if received and routing.period_days is not None else None
    top = (*routing.top, None, None, None)[:3]
    return Record(
        id=routing.id,
        lead_office=routing.lead.id,
        lead_office_name=routing.lead.name,
        support_offices=";".join(office.id for office in routing.support),
        partners=";".join(office.id for office in routing.partners),
        transfer=routing.transfer,
        duties=";".join(duty.duty for duty in routing.duties),
        duty_1=code(top[0]),
        duty_2=code(top[1]),
        duty_3=code(top[2]),
        probability_1=share(top[0]),
        probability_2=share(top[1]),
        probability_3=share(top[2]),
        complexity=routing.complexity,
        kind=routing.kind,
        flags=";".join(routing.flags),
        period_days=routing.period_days,
        due_on=due.date().isoformat() if due else "",
        handling=str(routing.handling),
        evidence=evidence(routed),
        reasons=" ".join(routed.reasons),
        model_version=routing.model_version,
    )


def code(duty: DutyScore | None) -> str:
    """The duty's id."""
    return duty.duty if duty else ""


def share(duty: DutyScore | None) -> float | None:
    """The duty's probability, to four places."""
    return round(duty.probability, 4) if duty else None


def evidence(routed: Routed) -> str:
    """The sentences that carry the duties, each once, in the text's order."""
    sentences = sorted({duty.evidence for duty in routed.routing.duties})
    return " / ".join(routed.reading.sentences[number].text for number in sentences)


def in_korean(record: Record, chart: OrgChart, city: City) -> dict[str, object]:
    """The record's values in Korean, by column."""
    values = asdict(record)
    if record.error:
        return values
    for column in ("support_offices", "partners"):
        values[column] = joined(values[column], {key: one.name for key, one in chart.offices.items()})
    for column in ("duties", "duty_1", "duty_2", "duty_3"):
        values[column] = joined(values[column], {key: one.name for key, one in chart.duties.items()})
    values["transfer"] = city.transfer.get(record.transfer, "")
    values["complexity"] = f"{record.complexity} {city.levels[record.complexity or 1]}"
    values["kind"] = city.kinds[record.kind].name
    values["flags"] = joined(record.flags, city.flags)
    values["handling"] = city.handling[record.handling]
    return values


def joined(codes: object, names: dict[str, str] | object) -> str:
    """Codes as names, still separated by `;`."""
    assert hasattr(names, "get")
    return "; ".join(names.get(one, one) for one in str(codes).split(";") if one)
