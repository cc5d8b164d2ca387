"""The router (배정): from a prediction and the org chart of the day to offices, handling and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibration
from models.city import City
from models.orgchart import Office, OfficeKind, OrgChart
from models.prediction import Prediction
from nlp.reading import Reading

Floats = NDArray[np.float32]

UNCLEAR = "none.unclear"
ALONE = (UNCLEAR, "agency.other_city")
SHOWN = 3


class Handling(StrEnum):
    """What is recommended; a person decides."""

    DIRECT = "direct"
    COORDINATOR = "coordinator"
    CONSULTATION = "consultation"


@dataclass(frozen=True, slots=True)
class DutyScore:
    """A duty with its office, the calibrated probability, and the sentence that carries it (an index)."""

    duty: str
    office: str
    probability: float
    evidence: int


@dataclass(frozen=True, slots=True)
class Routing:
    """The proposal for one complaint.

    `duties` are those that are asked for, the lead's first; `top` the three best candidates for the lead, with the
    probability that each leads. `transfer` is `transfer` (이송), `refer` (안내) or empty. `period_days` is None
    where the law fixes the period kind by kind. `office_probability` is that of the lead office, its duties summed;
    lead and `rivals` together hold the right office with the coverage that the city wants.
    """

    id: str
    lead: Office
    support: tuple[Office, ...]
    partners: tuple[Office, ...]
    transfer: str
    duties: tuple[DutyScore, ...]
    top: tuple[DutyScore, ...]
    office_probability: float
    rivals: tuple[Office, ...]
    several: float
    complexity: int
    kind: str
    flags: tuple[str, ...]
    period_days: int | None
    handling: Handling
    put_through: str
    model_version: str


class Router:
    """Routes predictions by one city's table and rules, on one day."""

    def __init__(self, chart: OrgChart, city: City, calibration: Calibration, duties: Sequence[str]) -> None:
        """`duties` is the order of the predictions' arrays. A duty that the table lacks counts for its parent.

        Raises ValueError when the table knows neither a duty of the model nor a parent of it.
        """
        unknown = [duty for duty in duties if not chart.known(duty)]
        if unknown:
            raise ValueError(f"duties.tsv lacks duties that the model knows: {', '.join(unknown)}: put them back")
        self.chart, self.city, self.calibration = chart, city, calibration
        self.known = [chart.known(duty) for duty in duties]
        self.office_of = [chart.office_of(duty).id for duty in duties]
        self.offices = sorted(set(self.office_of))
        self.member = np.array([[one == office for office in self.offices] for one in self.office_of], np.float32)
        self.direct_from = calibration.direct_threshold(city.first_time_right)
        self.in_set_from = calibration.set_threshold(city.office_set_coverage)

    def route(self, reading: Reading, prediction: Prediction) -> Routing:
        """The proposal for one complaint."""
        shares = prediction.lead @ self.member
        call = self.is_call(reading)
        asked_for = self.put_through(reading) if call else None
        office = asked_for[0] if asked_for else self.offices[int(shares.argmax())]
        lead_duty = self.leading(office, prediction, asked=bool(asked_for))
        top = self.top(lead_duty, prediction)
        duties = self.asked(lead_duty, prediction, alone=call)
        lead = self.chart.offices[office]
        support = self.support(office, duties)
        probability = 1.0 if asked_for else float(shares.max())
        complexity = self.complexity(prediction, lead, support, alone=call)
        several = 0.0 if call else float(prediction.several[0])
        rivals = [] if asked_for else self.rivals(shares)
        return Routing(
            id=reading.id,
            lead=lead,
            support=support,
            partners=self.partners(duties, lead, support),
            transfer={OfficeKind.AGENCY: "transfer", OfficeKind.PRIVATE: "refer"}.get(lead.kind, ""),
            duties=duties,
            top=top,
            office_probability=probability,
            rivals=tuple(self.chart.offices[one] for one in rivals),
            several=several,
            complexity=complexity,
            kind=prediction.kind,
            flags=prediction.flags,
            period_days=self.city.kinds[prediction.kind].period_days,
            handling=self.handling(top[0].duty, probability, support, several, complexity),
            put_through=asked_for[1] if asked_for else "",
            model_version=prediction.model_version,
        )

    def rivals(self, shares: Floats) -> list[str]:
        """The other offices of the conformal set, the likeliest first."""
        order = np.argsort(-shares)[1:]
        return [self.offices[int(row)] for row in order if shares[row] >= self.in_set_from]

    def is_call(self, reading: Reading) -> bool:
        """A caller's few words that only ask for a person, a number or whose job it is: one office, level 1."""
        short = len(reading.text) <= self.city.put_through_longest
        return short and any(word in reading.text for word in self.city.put_through_words)

    def put_through(self, reading: Reading) -> tuple[str, str] | None:
        """The office (id, name as written) that a caller names, if it is one."""
        named = {one.key: one.text for one in reading.mentions if one.kind == "office" and one.key in self.offices}
        return next(iter(named.items())) if len(named) == 1 else None

    def leading(self, office: str, prediction: Prediction, asked: bool) -> int:
        """The duty of the office that most likely leads; the office's first row when nothing speaks for any."""
        rows = [row for row, held in enumerate(self.office_of) if held == office]
        best = max(rows, key=lambda row: prediction.lead[row])
        if asked and prediction.lead[best] < 0.05:
            first = self.chart.first_duty(office)
            return next((row for row in rows if self.known[row] == first), best)
        return best

    def top(self, lead: int, prediction: Prediction) -> tuple[DutyScore, ...]:
        """The lead's duty and the next best candidates."""
        order = [int(row) for row in np.argsort(-prediction.lead)[: SHOWN + 1] if int(row) != lead]
        return tuple(self.scored(row, prediction.lead[row], prediction) for row in [lead, *order][:SHOWN])

    def asked(self, lead: int, prediction: Prediction, alone: bool) -> tuple[DutyScore, ...]:
        """The duties asked for: the lead's, then those above their threshold, the likeliest first."""
        rows = [lead]
        if not alone and self.known[lead] != UNCLEAR:
            likely = np.flatnonzero(self.likely(lead, prediction))
            rows += sorted((int(row) for row in likely if row != lead), key=lambda row: -prediction.present[row])
        return tuple(self.scored(row, prediction.present[row], prediction) for row in rows if self.wanted(row, lead))

    def likely(self, lead: int, prediction: Prediction) -> NDArray[np.bool_]:
        """Which duties count as asked for: one of the lead's own office by its probability, another office's by its
        probability times that of `several`.
        """
        known = self.calibration
        other = np.array([office != self.office_of[lead] for office in self.office_of])
        shares = np.where(other, prediction.present * prediction.several[0], prediction.present)
        above: NDArray[np.bool_] = shares >= np.where(other, known.support_threshold, known.duty_threshold)
        return above

    def wanted(self, row: int, lead: int) -> bool:
        """Nonsense, and what lies in another city, is a whole case and never a second duty."""
        return row == lead or self.known[row] not in ALONE

    def scored(self, row: int, probability: float, prediction: Prediction) -> DutyScore:
        """One duty with its figures."""
        evidence = int(prediction.evidence[row])
        return DutyScore(self.known[row], self.office_of[row], float(probability), evidence)

    def support(self, lead: str, duties: Sequence[DutyScore]) -> tuple[Office, ...]:
        """The offices of the other duties, each once."""
        names = dict.fromkeys(duty.office for duty in duties if duty.office != lead)
        return tuple(self.chart.offices[name] for name in names)

    def partners(self, duties: Sequence[DutyScore], lead: Office, support: Sequence[Office]) -> tuple[Office, ...]:
        """The offices that the duties' table always involves, beside those already named."""
        named = {lead.id, *(office.id for office in support)}
        names = dict.fromkeys(name for one in duties for name in self.chart.duties[one.duty].partners)
        return tuple(self.chart.offices[name] for name in names if name not in named)

    def complexity(self, prediction: Prediction, lead: Office, support: Sequence[Office], alone: bool) -> int:
        """The model's level, and at least what the offices make it: 3 for two departments, 4 for two bodies."""
        if alone:
            return 1
        bodies = {office.body for office in (lead, *support)}
        floor = 4 if len(bodies) > 1 else 3 if support else 1
        return max(prediction.complexity, floor)

    def handling(
        self, duty: str, probability: float, support: Sequence[Office], several: float, complexity: int
    ) -> Handling:
        """Who looks first."""
        city = self.city
        clear = duty != UNCLEAR and probability >= self.direct_from
        if (
            support
            or not clear
            or several >= self.calibration.several_threshold
            or complexity >= city.coordinator_level
        ):
            return Handling.COORDINATOR
        return Handling.CONSULTATION if complexity >= city.consultation_level else Handling.DIRECT
