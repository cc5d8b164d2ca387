import math

import pytest

from models.orgchart import OrgChart
from training.examples import Example
from training.scoring import Answer, cases_of, figures


def test_figures_are_counted_as_an_office_would_feel_them(examples: list[Example], chart: OrgChart) -> None:
    answers = [Answer(chart.office_of(one.lead).id, (one.lead,), complexity=one.complexity) for one in examples]
    answers[0] = Answer("parks", ("park.tree", "road.light"), complexity=1)
    answers[1] = Answer("roads", ("road.light",), support=("parks",), complexity=1, handling="coordinator")
    answers[7] = Answer("parks", ("park.facility",), support=("police",), complexity=4, handling="coordinator")
    held = figures(cases_of(examples, answers, chart))
    assert held["lead office"] == 7 / 8
    assert held["lead duty"] == 7 / 8
    assert held["lead duty in three"] == 1
    assert (held["several: cases"], held["several: found"], held["several: named"]) == (1, 1, 1)
    assert held["several: precision"] == 0.5
    assert held["several: agency recall"] == 1
    assert held["plain: spared"] == pytest.approx(6 / 7)
    assert held["direct: share"] == 6 / 8
    assert held["complexity kappa"] == 1


def test_another_duty_that_could_lead_counts_as_right(examples: list[Example], chart: OrgChart) -> None:
    example = examples[7]
    also = Example(**{**{f: getattr(example, f) for f in Example.__slots__}, "also_lead": ("agency.police_crime",)})
    (case,) = cases_of([also], [Answer("police", ("agency.police_crime",))], chart)
    assert case.right


def test_what_is_none_of_ours_is_told_by_its_f1(examples: list[Example], chart: OrgChart) -> None:
    none = Example(**{**{f: getattr(examples[0], f) for f in Example.__slots__}, "lead": "none.unclear", "duties": ()})
    answers = [
        Answer("civil_service", ("none.unclear",)),
        Answer("roads", ("road.light",)),
        Answer("x", ("none.unclear",)),
    ]
    held = figures(cases_of([none, none, examples[0]], answers, chart))
    assert held["none of ours: F1"] == pytest.approx(0.5)
    assert math.isnan(figures(cases_of([examples[0]], answers[1:2], chart))["none of ours: F1"])
