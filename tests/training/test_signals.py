import pytest

from nlp.reading import read_one
from tests.training.conftest import example
from training.collate import carrying
from training.signals import put, signal_of, signalled, signals


@pytest.mark.parametrize(
    ("name", "level", "flags"),
    [
        ("repeat=1", 2, {"repeat": 1}),
        ("repeat=2", 3, {"repeat": 2}),
        ("repeat=7", 4, {"repeat": 7}),
        ("collective", 4, {"collective": 1}),
        ("passed", 4, {}),
        ("nothing", 1, {}),
    ],
)
def test_a_signal_makes_a_text_as_hard_as_the_standard_says(name: str, level: int, flags: dict[str, int]) -> None:
    made = put(example("a-1", "보안등이 꺼졌습니다. 고쳐 주세요.", "road.light"), signal_of(name, "신호 문장입니다."))
    assert (made.complexity, made.flags) == (level, flags)
    assert "신호 문장입니다." in made.body
    assert carrying(read_one(made.complaint), made.duties[0].evidence) or made.duties[0].evidence[0] in made.body


def test_a_harder_text_stays_as_hard() -> None:
    hard = example("a-1", "보안등 하나 세워 주세요.", "road.light", complexity=2)
    assert put(hard, signal_of("nothing", "처음 씁니다.")).complexity == 2


def test_the_same_seed_gives_the_same_texts() -> None:
    some = [example(f"a-{n}", f"{n}번 보안등이 꺼졌습니다.", "road.light") for n in range(4)]
    assert signalled(some, 9, 1) == signalled(some, 9, 1)
    assert len({signal.level for signal in signals()}) == 4
