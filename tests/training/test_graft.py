from nlp.reading import read_one
from tests.training.conftest import example
from training.collate import carrying
from training.examples import Carried
from training.graft import graftable, grafted
from training.splits import read_splits


def test_a_graft_has_one_story_and_the_labels_of_the_other_request() -> None:
    story = (
        "저는 이 골목에서 삼십 년을 산 사람입니다. 밤이면 너무 캄캄해서 손녀가 울면서 들어옵니다. 벽을 더듬어 걷습니다."
    )
    one = example(
        "a-1", f"{story} 등을 고쳐 주세요.", "road.light", duties=(Carried("road.light", ("등을 고쳐 주세요.",)),)
    )
    ask = "보안등 설치 기준이 무엇인지 알려 주세요."
    other = example("b-1", ask, "road.light", kind="inquiry_law", complexity=2)
    made = grafted([one, other], 6, 0)
    assert len(made) == 6
    for graft in made:
        assert graft.kind == "inquiry_law"
        assert story in graft.body
        assert "고쳐 주세요" not in graft.body
        assert carrying(read_one(graft.complaint), graft.duties[0].evidence)


def test_what_more_than_the_request_decides_is_not_grafted() -> None:
    assert not graftable(example("a-1", "글", "road.light", complexity=3))
    assert not graftable(example("a-1", "글", "road.light", flags={"repeat": 2}))
    assert not graftable(example("a-1", "글", "none.unclear"))


def test_the_corpus_can_be_grafted() -> None:
    made = grafted(read_splits().train, 50, 1)
    assert len(made) == 50
    assert all(carrying(read_one(one.complaint), one.duties[0].evidence) for one in made[:20])
