from pathlib import Path

import pytest

from tests.training.conftest import example
from training.examples import write_examples
from training.splits import read_splits


def test_the_shipped_corpus_keeps_its_authors_apart() -> None:
    authors = [{one.author for one in held} for held in read_splits().named.values()]
    assert sum(map(len, authors)) == len(set().union(*authors))


def test_an_author_in_two_splits_is_refused(corpus: Path) -> None:
    write_examples(corpus / "natural" / "a.jsonl", [example("a-009", "가로등", "road.light")])
    with pytest.raises(ValueError, match="author 'a' writes in train and in natural"):
        read_splits(corpus)


def test_a_line_that_is_no_record_is_named(corpus: Path) -> None:
    path = corpus / "train" / "a.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"id": 1}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl:5: not a corpus record"):
        read_splits(corpus)
