from pathlib import Path

from models.orgchart import OrgChart
from tests.training.conftest import example
from training.corpus_check import agreement, check_corpus, faults, near_duplicates
from training.examples import Carried, Example, write_examples

LONG = "골목 끝 보안등이 열흘째 꺼져 있어 벽을 더듬어 집에 들어갑니다. 어머니가 넘어지실까 걱정입니다. 고쳐 주세요."


def test_the_shipped_corpus_has_no_fault() -> None:
    problems, lines = check_corpus()
    assert problems == []
    assert any("labelled twice" in line for line in lines)


def test_what_breaks_the_standard_is_named(chart: OrgChart) -> None:
    missing = example("a-1", LONG, "road.light", duties=(Carried("road.light", ("이 글에 없는 말",)),))
    assert any("not in the text" in one for one in faults(missing, chart))
    assert any("unknown duty" in one for one in faults(example("a-2", LONG, "road.lamp"), chart))
    easy = example(
        "a-3",
        LONG,
        "road.light",
        duties=(Carried("road.light", ("고쳐 주세요",)), Carried("park.tree", ("고쳐 주세요",))),
    )
    assert any("complexity 1" in one for one in faults(easy, chart))
    stray = example("a-4", LONG, "road.light", duties=(Carried("park.tree", ("고쳐 주세요",)),), complexity=1)
    assert any("not among the duties" in one for one in faults(stray, chart))


def test_near_duplicates_are_found_across_authors_and_spacing() -> None:
    same = [example("a-1", LONG, "road.light"), example("b-1", LONG.replace(" ", ""), "road.light")]
    other = example(
        "c-1",
        "버스가 삼십 분째 오지 않습니다. 배차를 늘려 주시고 시간표도 고쳐 주시기 바랍니다. 아침마다 늦습니다.",
        "transit.bus_route",
    )
    assert len(near_duplicates([*same, other])) == 1


def test_agreement_of_second_readers_is_counted(tmp_path: Path, examples: list[Example]) -> None:
    write_examples(tmp_path / "second" / "z.jsonl", examples[4:])
    lines = agreement(tmp_path, examples)
    assert "4 texts" in lines[0]
    assert "lead duty equal 1.000" in lines[1]
