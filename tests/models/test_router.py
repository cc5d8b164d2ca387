"""The router on predictions made by hand: every rule of who leads, who helps and who looks first."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.calibration import Calibration, Promise
from models.city import City, standard
from models.orgchart import OrgChart, load_orgchart
from models.prediction import Prediction
from models.router import Handling, Router, Routing
from nlp.complaint import Complaint
from nlp.mentions import Lexicon
from nlp.reading import read_one

CALIBRATION = Calibration(
    temperature=1.0,
    lexical=(0.0, 0.0),
    duty=(1.0, 0.0, 0.0),
    several=((1.0, 0.0, 0.0, 0.0),) * 2,
    steps=((1.0, 0.0, 0.0, 0.0),) * 3,
    flag_cuts=(0.5,) * 4,
    kind_bias=(0.0,) * 6,
    kind_temperature=1.0,
    duty_threshold=0.5,
    support_threshold=0.3,
    several_threshold=0.5,
    sets=((0.95, 0.1),),
    promises=(Promise(0.95, 0.8, 100, 99, 0.953, 0.4), Promise(0.9, 0.6, 150, 143, 0.91, 0.6)),
)


def predicted(
    chart: OrgChart, lead: Mapping[str, float], present: Mapping[str, float] | None = None,
    several: float = 0.1, complexity: int = 1, kind: str = "other", flags: tuple[str, ...] = (),
) -> Prediction:  # fmt: skip
    duties = tuple(chart.duties)
    spread = (1 - sum(lead.values())) / (len(duties) - len(lead))
    present = lead if present is None else present
    return Prediction(
        id="1",
        duties=duties,
        lead=np.array([lead.get(duty, spread) for duty in duties], np.float32),
        present=np.array([present.get(duty, 0.01) for duty in duties], np.float32),
        evidence=np.zeros(len(duties), np.int64),
        levels=np.full(4, 0.25, np.float32),
        complexity=complexity,
        kind=kind,
        kind_probability=0.9,
        flags=flags,
        several=np.array([several, several / 2], np.float32),
        vector=np.zeros(8, np.float32),
        model_version="test",
    )


@pytest.fixture
def route(chart: OrgChart, city: City) -> Callable[..., Routing]:
    router = Router(chart, city, CALIBRATION, tuple(chart.duties))

    def run(prediction: Prediction, text: str = "보안등이 꺼졌어요. 고쳐 주세요.") -> Routing:
        return router.route(read_one(Complaint(id="1", body=text), Lexicon(chart.names())), prediction)

    return run


def test_a_sure_case_of_one_office_goes_direct(chart: OrgChart, route: Callable[..., Routing]) -> None:
    routing = route(predicted(chart, {"road.light": 0.9}))
    assert routing.lead.id == "roads"
    assert routing.handling is Handling.DIRECT
    assert (routing.support, routing.transfer, routing.complexity) == ((), "", 1)
    assert routing.period_days == 7


def test_scores_of_an_offices_duties_are_summed_before_giving_up(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    split = {"road.light": 0.3, "road.sidewalk": 0.3, "road.damage": 0.25}
    routing = route(predicted(chart, split, {"road.light": 0.6}))
    assert routing.office_probability == pytest.approx(0.85, abs=0.02)
    assert routing.handling is Handling.DIRECT


def test_an_office_wins_by_its_sum_over_a_single_larger_duty(chart: OrgChart, route: Callable[..., Routing]) -> None:
    routing = route(predicted(chart, {"park.facility": 0.4, "road.light": 0.3, "road.sidewalk": 0.25}))
    assert routing.lead.id == "roads"
    assert routing.top[0].duty == "road.light"
    assert [one.id for one in routing.rivals] == ["parks"]


def test_a_doubtful_lead_goes_to_the_coordinator(chart: OrgChart, route: Callable[..., Routing]) -> None:
    assert route(predicted(chart, {"road.light": 0.7})).handling is Handling.COORDINATOR


def test_an_agency_that_owns_everything_is_a_transfer_and_not_hard(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    routing = route(predicted(chart, {"agency.electricity": 0.95}))
    assert (routing.transfer, routing.handling, routing.complexity) == ("transfer", Handling.DIRECT, 1)


def test_a_private_firm_is_referred_to(chart: OrgChart, route: Callable[..., Routing]) -> None:
    assert route(predicted(chart, {"agency.gas": 0.95})).transfer == "refer"


def test_two_departments_make_level_three_and_two_bodies_level_four(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    two = route(predicted(chart, {"park.facility": 0.9}, {"park.facility": 0.9, "road.light": 0.8}, several=0.8))
    assert ([one.id for one in two.support], two.complexity, two.handling) == (["roads"], 3, Handling.COORDINATOR)
    bodies = route(
        predicted(chart, {"park.facility": 0.9}, {"park.facility": 0.9, "agency.police_crime": 0.7}, several=0.8)
    )
    assert bodies.complexity == 4
    assert [one.duty for one in bodies.duties] == ["park.facility", "agency.police_crime"]


def test_another_offices_duty_needs_more_where_several_are_unlikely(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    present = {"park.facility": 0.9, "road.light": 0.7}
    assert not route(predicted(chart, {"park.facility": 0.9}, present, several=0.2)).support
    assert route(predicted(chart, {"park.facility": 0.9}, present, several=0.7)).support


def test_level_three_in_one_office_proposes_a_consultation_and_level_four_the_coordinator(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    assert route(predicted(chart, {"road.light": 0.9}, complexity=3)).handling is Handling.CONSULTATION
    assert route(predicted(chart, {"road.light": 0.9}, complexity=4)).handling is Handling.COORDINATOR


def test_nonsense_goes_to_the_coordinator_and_has_no_second_duty(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    routing = route(predicted(chart, {"none.unclear": 0.95}, {"none.unclear": 0.9, "road.light": 0.9}))
    assert routing.handling is Handling.COORDINATOR
    assert [one.duty for one in routing.duties] == ["none.unclear"]


def test_partners_of_the_duty_table_are_shown_beside_the_offices(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    routing = route(predicted(chart, {"traffic.school_zone": 0.9}))
    assert [one.id for one in routing.partners] == ["police", "education_office"]
    assert routing.complexity == 1


def test_a_caller_who_names_an_office_is_put_through(chart: OrgChart, route: Callable[..., Routing]) -> None:
    routing = route(predicted(chart, {"housing.management": 0.5}), "건축과 좀 연결해 주세요")
    assert (routing.lead.id, routing.put_through, routing.handling) == ("architecture", "건축과", Handling.DIRECT)
    assert routing.top[0].duty == "building.permit"


def test_a_caller_who_names_no_office_is_a_plain_case_of_the_duty(
    chart: OrgChart, route: Callable[..., Routing]
) -> None:
    prediction = predicted(chart, {"tax.local": 0.9}, {"tax.local": 0.9, "road.light": 0.9}, several=0.9, complexity=4)
    routing = route(prediction, "세금 담당자 바꿔 주세요")
    assert (routing.lead.id, routing.support, routing.complexity) == ("tax", (), 1)
    assert routing.handling is Handling.DIRECT


def test_periods_follow_the_kind_not_the_duty(chart: OrgChart, route: Callable[..., Routing]) -> None:
    assert route(predicted(chart, {"road.light": 0.9}, kind="suggestion")).period_days == 14
    assert route(predicted(chart, {"building.permit": 0.9}, kind="statutory")).period_days is None


def test_a_promise_that_cannot_be_kept_sends_nothing_direct(chart: OrgChart, city: City) -> None:
    assert CALIBRATION.direct_threshold(0.95) == 0.8
    assert CALIBRATION.direct_threshold(0.93) == 0.8
    assert CALIBRATION.direct_threshold(0.99) > 1


def test_a_model_routes_by_a_table_that_moved_a_duty(city: City, city_folder: Callable[..., Path]) -> None:
    def moved(text: str) -> str:
        row = next(line for line in text.splitlines() if line.startswith("road.light\t"))
        return text.replace(row, row.replace("\troads\t", "\ttraffic\t"))

    chart = load_orgchart(city_folder(duties=moved), date(2026, 11, 26))
    router = Router(chart, city, CALIBRATION, tuple(load_orgchart(standard(), date(2026, 11, 26)).duties))
    reading = read_one(Complaint(id="1", body="보안등이 꺼졌어요."), Lexicon(chart.names()))
    assert router.route(reading, predicted(chart, {"road.light": 0.9})).lead.id == "traffic"


def test_a_table_without_a_duty_that_the_model_knows_is_refused(city: City, city_folder: Callable[..., Path]) -> None:
    def dropped(text: str) -> str:
        return "\n".join(line for line in text.splitlines() if not line.startswith("road.light\t"))

    chart = load_orgchart(city_folder(duties=dropped), date(2026, 11, 26))
    with pytest.raises(ValueError, match=r"road\.light"):
        Router(chart, city, CALIBRATION, ("road.light", "road.damage"))


def test_another_citys_matter_is_never_a_second_office(chart: OrgChart, route: Callable[..., Routing]) -> None:
    present = {"park.facility": 0.9, "agency.other_city": 0.9}
    assert not route(predicted(chart, {"park.facility": 0.9}, present, several=0.9)).support


def test_the_rivals_are_the_other_offices_of_the_set(chart: OrgChart, route: Callable[..., Routing]) -> None:
    shares = {"road.light": 0.5, "park.facility": 0.3, "river.facility": 0.15, "park.tree": 0.0}
    assert [one.id for one in route(predicted(chart, shares)).rivals] == ["parks", "rivers"]
