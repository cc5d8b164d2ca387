import random

from nlp.complaint import Complaint
from nlp.reading import read_one
from training.runon import LONGEST, run_on

TEXT = Complaint(
    id="1",
    title="등이 꺼졌습니다",
    body="안녕하세요. 골목이 캄캄합니다. 아이가 무서워합니다. 어제는 넘어졌습니다. 등을 고쳐 주세요. 감사합니다.",
)


def test_neighbours_are_taken_together_and_nothing_is_lost() -> None:
    reading = read_one(TEXT)
    seen = set()
    for seed in range(20):
        made = run_on(reading, random.Random(seed))
        seen.add(len(made.sentences))
        assert "".join(one.text for one in made.sentences).replace(" ", "") == "".join(reading.text.split())
        assert len(made.sentences) == len(made.courtesies)
        assert all(one.end - one.start <= LONGEST for one in made.sentences)
        assert made.sentences[0].text == TEXT.title
        assert (made.courtesies[1], made.courtesies[-1]) == (True, True)
    assert len(seen) > 2


def test_a_single_sentence_stays() -> None:
    reading = read_one(Complaint(id="1", body="등이 꺼졌어요"))
    assert run_on(reading, random.Random(1)) == reading
