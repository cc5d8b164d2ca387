"""The audit of labels: a planted wrong label comes first, and a possible other lead is no suspect."""

from tests.training.conftest import example
from training.audit import suspects
from training.examples import Example

LAMP = ("보안등이 꺼져서 골목이 캄캄합니다", "가로등 불이 나갔어요 켜 주세요", "보안등이 깜빡거려 밤길이 무섭습니다")
TREE = (
    "가로수 가지가 전선을 누릅니다",
    "나무가 쓰러질 것 같아요 가지를 쳐 주세요",
    "가로수 뿌리가 보도를 밀어 올립니다",
)


def corpus(also: tuple[str, ...] = ()) -> list[Example]:
    held = [
        example(f"{author}-{place:03d}", f"{text} {author}", duty)
        for author in "abcdef"
        for duty, texts in (("road.light", LAMP), ("park.tree", TREE))
        for place, text in enumerate(texts)
    ]
    return [*held, example("g-001", f"{LAMP[0]} g", "park.tree", also_lead=also)]


def test_a_wrong_label_comes_first() -> None:
    found = suspects(corpus())
    assert (found[0].example.id, found[0].looks_like) == ("g-001", "road.light")


def test_a_possible_other_lead_is_no_suspect() -> None:
    assert "g-001" not in [one.example.id for one in suspects(corpus(also=("road.light",)))]
