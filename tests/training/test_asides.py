from datetime import date

from models.city import standard
from models.orgchart import load_orgchart
from nlp.reading import read_one
from tests.training.conftest import example
from training.asides import asides, told
from training.collate import carrying
from training.examples import Carried
from training.splits import read_splits

CHART = load_orgchart(standard(), date(2026, 11, 1))
LAMP = example(
    "a-1",
    "밤길이 무척 캄캄합니다. 등을 하나 고쳐 주세요. 아이가 무서워합니다.",
    "road.light",
    duties=(Carried("road.light", ("등을 하나 고쳐 주세요.",)),),
)
TREE = example(
    "b-1",
    "가지가 창문을 긁는 소리가 밤새 납니다. 나무를 잘라 주세요.",
    "park.tree",
    duties=(Carried("park.tree", ("나무를 잘라 주세요.",)),),
)


def test_what_is_asked_by_the_way_is_a_second_office_and_what_is_told_is_nothing() -> None:
    made = asides([LAMP, TREE], CHART, 20, 1)
    assert len(made) == 20
    for asked in made[::2]:
        assert {one.duty for one in asked.duties} == {"road.light", "park.tree"}
        assert asked.complexity == 3
        assert all(carrying(read_one(asked.complaint), one.evidence) for one in asked.duties)
    for said in made[1::2]:
        host = LAMP if said.lead == "road.light" else TREE
        assert (said.duties, said.complexity) == (host.duties, host.complexity)
        assert len(said.body) > len(host.body)
        assert carrying(read_one(said.complaint), said.duties[0].evidence)


def test_a_story_is_what_carries_no_request() -> None:
    assert told(LAMP) == ["밤길이 무척 캄캄합니다."]


def test_the_corpus_gives_asides_that_keep_every_passage() -> None:
    made = asides(read_splits().train, CHART, 60, 1)
    assert len(made) == 60
    found = [carrying(read_one(one.complaint), held.evidence) for one in made for held in one.duties]
    assert sum(map(bool, found)) >= 0.98 * len(found)
