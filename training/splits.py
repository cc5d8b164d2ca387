"""Splits: the corpus by author, near-duplicates never on both sides."""

from dataclasses import dataclass
from pathlib import Path

from training.examples import Example, read_examples

CORPUS = Path(__file__).parent / "corpus"
NAMES = ("train", "heldout", "natural", "several", "none")


@dataclass(frozen=True, slots=True)
class Splits:
    """The corpus. Weights are fitted on `train`, calibration on `heldout`; the others only measure."""

    train: tuple[Example, ...]
    heldout: tuple[Example, ...]
    natural: tuple[Example, ...]
    several: tuple[Example, ...]
    none: tuple[Example, ...]

    @property
    def named(self) -> dict[str, tuple[Example, ...]]:
        """The splits by name."""
        return {name: getattr(self, name) for name in NAMES}


def paths_of(split: str, corpus: Path = CORPUS) -> list[Path]:
    """The files of one split, one for each author."""
    return sorted((corpus / split).glob("*.jsonl"))


def read_splits(corpus: Path = CORPUS) -> Splits:
    """The whole corpus. Raises ValueError when an author writes in two splits, or a split is empty."""
    splits = Splits(*(tuple(read_examples(paths_of(name, corpus))) for name in NAMES))
    seen: dict[str, str] = {}
    for name, examples in splits.named.items():
        if not examples:
            raise ValueError(f"{corpus / name}: no examples: a split of that name must hold .jsonl files")
        for author in {example.author for example in examples}:
            if author in seen:
                raise ValueError(f"author {author!r} writes in {seen[author]} and in {name}: keep authors apart")
            seen[author] = name
    return splits
