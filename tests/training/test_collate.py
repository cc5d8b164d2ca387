import numpy as np

from nlp.reading import read_one
from training.base import Base
from training.collate import Labels, carrying, prepare
from training.examples import Example
from training.finetune import collator


def test_evidence_is_found_though_spaces_and_marks_are_lost(examples: list[Example]) -> None:
    reading = read_one(examples[7].complaint)
    assert [reading.sentences[i].text for i in carrying(reading, ("벤치가부서졌어요",))] == ["공원 벤치가 부서졌어요."]
    assert carrying(reading, ("이 글에 없는 말",)) == []


def test_a_batch_holds_the_labels_of_its_rows(examples: list[Example], labels: Labels, base: Base) -> None:
    rows = prepare(examples, labels, base.tokenizer)
    batch = collator(base.tokenizer, len(labels.duties))([rows[0], rows[7]])
    police = labels.duties.index("agency.police_crime")
    assert batch["several"].tolist() == [[0, 0], [1, 1]]
    assert batch["steps"].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert batch["duty"][1].sum() == 2
    assert batch["lead"].sum(dim=1).tolist() == [1, 1]
    sentences = np.flatnonzero(batch["sentence"][1, :, police].numpy())
    assert sentences.tolist() == [2]  # title, bench, patrol


def test_every_piece_of_a_long_text_is_in_a_window(labels: Labels, base: Base, examples: list[Example]) -> None:
    long = Example(**{**{f: getattr(examples[0], f) for f in Example.__slots__}, "body": "가로등이 꺼졌어요. " * 200})
    row = prepare([long], labels, base.tokenizer)[0]
    batch = collator(base.tokenizer, len(labels.duties))([row])
    assert len(batch["ids"]) > 1
    assert int(batch["counts"].sum()) == row["length"]
