"""Labelled complaints: the records of the corpus, how they are read and written."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from nlp.complaint import Complaint

FLAGS = ("urgent", "repeat", "collective", "statutory_complex")
KINDS = ("statutory", "grievance", "inquiry_law", "inquiry_procedure", "suggestion", "other")


@dataclass(frozen=True, slots=True)
class Carried:
    """A duty and the passages of the text that carry it, as written."""

    duty: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled complaint. `flags` holds those that are set, with a count (`repeat`: earlier asks, else 1)."""

    id: str
    author: str
    channel: str
    title: str
    body: str
    duties: tuple[Carried, ...]
    lead: str
    also_lead: tuple[str, ...]
    complexity: int
    kind: str
    flags: dict[str, int]

    @property
    def complaint(self) -> Complaint:
        """The text as intake would receive it."""
        return Complaint(id=self.id, title=self.title, body=self.body, channel=self.channel)


def read_examples(paths: Iterable[Path]) -> list[Example]:
    """The records of some JSON Lines files, in order.

    Raises ValueError with the file and line of a record that cannot be read.
    """
    return [
        parse(line, f"{path}:{number}")
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip()
    ]


def parse(line: str, where: str) -> Example:
    """One record from its JSON line."""
    try:
        fields = json.loads(line)
        duties = tuple(Carried(one["duty"], tuple(one["evidence"])) for one in fields.pop("duties"))
        also = tuple(fields.pop("also_lead"))
        return Example(duties=duties, also_lead=also, **fields)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: not a corpus record: {error!r}") from error


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write records as JSON Lines, one file, replacing it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(asdict(example), ensure_ascii=False) for example in examples)
    partial = path.with_suffix(".partial")
    partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    partial.replace(path)
