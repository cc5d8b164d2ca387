"""Scoring: answers against labels, in the measures that an office would feel."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.orgchart import OrgChart
from models.pipeline import Routed
from models.router import ALONE
from training.examples import Example
from training.measures import debiased_ece, macro_f1, quadratic_kappa, wilson

LEAST = 5  # cases below which an office or kind is left out of a macro average


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system says of one complaint: ids of offices and of its three best duties."""

    office: str
    duties: tuple[str, ...]
    support: tuple[str, ...] = ()
    complexity: int = 2
    kind: str = "other"
    handling: str = "direct"
    probability: float = 0.0
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled complaint with its answer, and what follows from both."""

    example: Example
    answer: Answer
    leads: tuple[str, ...]  # duties that may lead
    lead_office: str
    lead_offices: frozenset[str]
    offices: frozenset[str]  # all that must act
    agencies: frozenset[str]

    @property
    def right(self) -> bool:
        """The lead office is one that may lead."""
        return self.answer.office in self.lead_offices

    @property
    def several(self) -> bool:
        """Two or more offices must act."""
        return len(self.offices) > 1

    @property
    def plain(self) -> bool:
        """One office, clear, below level 4: a case that needs no coordinator."""
        return not self.several and self.example.complexity < 4 and self.example.lead != "none.unclear"

    @property
    def named(self) -> frozenset[str]:
        """All offices that the answer names."""
        return frozenset({self.answer.office, *self.answer.support})

    @property
    def shown(self) -> frozenset[str]:
        """The offices that a person chooses the lead from."""
        return frozenset({self.answer.office, *self.answer.rivals})


def cases_of(examples: Sequence[Example], answers: Sequence[Answer], chart: OrgChart) -> list[Case]:
    """Examples with their answers."""
    return [case_of(example, answer, chart) for example, answer in zip(examples, answers, strict=True)]


def case_of(example: Example, answer: Answer, chart: OrgChart) -> Case:
    """One example with its answer."""
    leads = (example.lead, *example.also_lead)
    offices = [chart.office_of(one.duty) for one in example.duties]
    return Case(
        example=example,
        answer=answer,
        leads=leads,
        lead_office=chart.office_of(example.lead).id,
        lead_offices=frozenset(chart.office_of(duty).id for duty in leads),
        offices=frozenset(one.id for one in offices),
        agencies=frozenset(one.id for one in offices if one.body != "city"),
    )


def answer_of(routed: Routed) -> Answer:
    """A routing as an answer."""
    routing = routed.routing
    return Answer(
        office=routing.lead.id,
        duties=tuple(one.duty for one in routing.top),
        support=tuple(one.id for one in routing.support),
        complexity=routing.complexity,
        kind=routing.kind,
        handling=str(routing.handling),
        probability=routing.office_probability,
        rivals=tuple(one.id for one in routing.rivals),
    )


def figures(cases: Sequence[Case]) -> dict[str, float]:
    """All figures of some cases, by name. A share of nothing is `nan`."""
    several = [case for case in cases if case.several]
    support = [case for case in cases if case.answer.support]
    direct = [case for case in cases if case.answer.handling == "direct"]
    agencies = [len(case.agencies & case.named) / len(case.agencies) for case in several if case.agencies]
    low, high = wilson(sum(case.right for case in cases), len(cases))
    direct_low, direct_high = wilson(sum(case.right for case in direct), len(direct))
    return {
        "cases": len(cases),
        "lead office": mean([case.right for case in cases]),
        "lead office, from": low,
        "lead office, to": high,
        "lead office, macro": mean(list(by_office(cases, LEAST).values())),
        "lead duty": mean([case.answer.duties[0] in case.leads for case in cases]),
        "lead duty in three": mean([bool(set(case.answer.duties) & set(case.leads)) for case in cases]),
        "lead duty, macro F1": duty_f1(cases),
        "none of ours: F1": none_f1(cases),
        "several: cases": len(several),
        "several: lead office": mean([case.right for case in several]),
        "several: lead office one of those asked for": mean([case.answer.office in case.offices for case in several]),
        "several: found": mean([bool(case.answer.support) or to_coordinator(case) for case in several]),
        "several: named": mean([len(case.offices & case.named) / len(case.offices) for case in several]),
        "several: precision": mean([case.several for case in support]),
        "several: agency recall": mean(agencies),
        "plain: spared": mean([not to_coordinator(case) for case in cases if case.plain]),
        "to the coordinator": mean([to_coordinator(case) for case in cases]),
        "complexity kappa": quadratic_kappa(
            np.array([case.example.complexity for case in cases]), np.array([case.answer.complexity for case in cases])
        ),
        "kind macro F1": macro_f1([case.example.kind for case in cases], [case.answer.kind for case in cases], LEAST),
        "direct: share": len(direct) / max(1, len(cases)),
        "direct: right": mean([case.right for case in direct]),
        "direct: right, from": direct_low,
        "direct: right, to": direct_high,
        "office set: covers": mean([bool(case.shown & case.lead_offices) for case in cases]),
        "office set: offices": mean([len(case.shown) for case in cases]),
        "reroutes per 1,000, proposals followed": 1000 * mean([not case.right for case in cases]),
        "reroutes per 1,000, as handled": 1000 * mean([not case.right and not to_coordinator(case) for case in cases]),
        "debiased ECE": debiased_ece(
            np.array([case.answer.probability for case in cases], np.float32), np.array([case.right for case in cases])
        ),
    }


def to_coordinator(case: Case) -> bool:
    """The answer sends the case to the coordinator."""
    return case.answer.handling == "coordinator"


def by_office(cases: Sequence[Case], least: int = 1) -> Mapping[str, float]:
    """The share of right lead offices, by the office that should lead, where there are enough cases."""
    held: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        held[case.lead_office].append(case.right)
    return {
        office: mean(hits) for office, hits in sorted(held.items(), key=lambda one: -len(one[1])) if len(hits) >= least
    }


def duty_f1(cases: Sequence[Case]) -> float:
    """Macro F1 of the first duty; an answer that may lead counts as the label itself."""
    gold = [case.example.lead for case in cases]
    got = [case.example.lead if case.answer.duties[0] in case.leads else case.answer.duties[0] for case in cases]
    return macro_f1(gold, got, 1)


def none_f1(cases: Sequence[Case]) -> float:
    """F1 of telling what is none of the city's: no request, or a place in another city. `nan` where there is none."""
    gold = [case.example.lead in ALONE for case in cases]
    said = [case.answer.duties[0] in ALONE for case in cases]
    both = sum(one and other for one, other in zip(gold, said, strict=True))
    return 2 * both / (sum(gold) + sum(said)) if any(gold) else float("nan")


def mean(values: Sequence[float]) -> float:
    """The mean; `nan` of nothing."""
    return float(np.mean(values)) if values else float("nan")
