"""Examples to arrays: tokenised once, kept in a `datasets.Dataset`, put together batch by batch."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from tokenizers import Tokenizer
from torch import Tensor

from models.heads import roles_of
from models.orgchart import OrgChart
from models.windows import LIMIT, Window, batch, tokenise, windows
from nlp.complaint import Complaint
from nlp.reading import Reading, read_one
from training.examples import FLAGS, KINDS, Example
from training.runon import run_on

Row = Mapping[str, Any]  # what `prepare_one` makes

ALSO_SHARE = 0.3  # of the lead's target, what the other possible leads share
UNMARKED = 0.35  # weight of a sentence that no mark vouches for: only the shortest evidence is marked


@dataclass(frozen=True, slots=True)
class Labels:
    """What the numbers mean: duties in the order of the heads, and the office of each duty."""

    duties: tuple[str, ...]
    chart: OrgChart

    def positions(self, duties: Sequence[str]) -> list[int]:
        """Rows of the given duties."""
        return [self.duties.index(duty) for duty in duties]

    def crowd(self, duties: Iterable[str]) -> tuple[int, int]:
        """How many offices, and how many bodies, some duties need."""
        offices = [self.chart.office_of(duty) for duty in duties]
        return len({one.id for one in offices}), len({one.body for one in offices})


def prepare(
    examples: Sequence[Example], labels: Labels, tokenizer: Tokenizer, chained: float = 0.0, seed: int = 0
) -> Dataset:
    """One row per example: its sentences' pieces, roles and evidence, and its labels as numbers. A share `chained` of
    the texts is read with run-on sentences.
    """
    chance = random.Random(f"chained/{seed}")
    readings = (read_one(one.complaint) for one in examples)
    read = (run_on(one, chance) if chance.random() < chained else one for one in readings)
    rows = [prepare_one(one, reading, labels, tokenizer) for one, reading in zip(examples, read, strict=True)]
    return Dataset.from_list(rows)


def prepare_one(example: Example, reading: Reading, labels: Labels, tokenizer: Tokenizer) -> dict[str, Any]:
    """One example, as it was read, as a row of numbers."""
    pieces = tokenise(tokenizer, [one.text for one in reading.sentences])
    duties = [carried.duty for carried in example.duties]
    offices, bodies = labels.crowd(duties)
    evidence = [
        [position, sentence]
        for position, carried in zip(labels.positions(duties), example.duties, strict=True)
        for sentence in carrying(reading, carried.evidence)
    ]
    return {
        "pieces": pieces,
        "roles": roles_of(len(pieces), reading.titled, reading.courtesies),
        "evidence": evidence,
        "lead": labels.positions([example.lead])[0],
        "also": labels.positions(example.also_lead),
        "duties": labels.positions(duties),
        "complexity": example.complexity,
        "kind": KINDS.index(example.kind),
        "flags": [int(flag in example.flags) for flag in FLAGS],
        "several": [int(offices > 1), int(bodies > 1)],
        "length": sum(len(one) for one in pieces),
    }


def carrying(reading: Reading, passages: Sequence[str]) -> list[int]:
    """The sentences that hold a marked passage, found through the passage's letters alone."""
    squeezed, origin = squeeze(reading.text)
    found = set()
    for passage in passages:
        wanted, _ = squeeze(read_one(Complaint(id="", body=passage)).text)
        at = squeezed.find(wanted) if wanted else -1
        if at < 0:
            continue
        start, end = origin[at], origin[at + len(wanted) - 1] + 1
        found |= {i for i, one in enumerate(reading.sentences) if one.start < end and start < one.end}
    return sorted(found)


def squeeze(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text, and where each of them stood."""
    kept = [(character, position) for position, character in enumerate(text) if character.isalnum()]
    return "".join(character for character, _ in kept), [position for _, position in kept]


@dataclass(frozen=True, slots=True)
class Collator:
    """Rows of `prepare` to the tensors that `ComplaintNetwork.forward` takes."""

    duties: int
    special: tuple[int, int, int]  # <s>, </s>, <pad>
    prefix: tuple[int, ...]
    limit: int = LIMIT

    def __call__(self, rows: Sequence[Row]) -> dict[str, Tensor]:
        """One batch: what the encoder takes, and the labels."""
        made = self.arrays([row["pieces"] for row in rows])
        return made | self.labels(rows, made["counts"].shape[1])

    def arrays(self, texts: Sequence[Sequence[Sequence[int]]]) -> dict[str, Tensor]:
        """What `ComplaintNetwork.sentences` takes, and each sentence's `counts` of pieces."""
        lengths = [len(text) for text in texts]
        one = batch(self.windows(texts), self.special[2])
        most = max(lengths)
        starts = np.cumsum([0, *lengths])
        owner = np.searchsorted(starts, one.sentence, side="right") - 1
        place = np.where(one.sentence < 0, -1, owner * most + one.sentence - starts[owner])
        counts = np.zeros((len(texts), most), np.float32)
        for row, text in enumerate(texts):
            counts[row, : len(text)] = [len(sentence) for sentence in text]
        total = counts.reshape(-1)[np.maximum(place, 0)]
        weight = np.where(place < 0, 0, one.count / np.maximum(total, 1)).astype(np.float32)
        arrays = {
            "ids": one.ids,
            "mask": one.mask,
            "pool": one.pool,
            "place": place,
            "weight": weight,
            "shape": np.array([len(texts), most]),
            "counts": counts,
        }
        return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}

    def windows(self, texts: Sequence[Sequence[Sequence[int]]]) -> list[Window]:
        """The texts' windows."""
        start, end, _ = self.special
        return windows(texts, (start, *self.prefix), end, self.limit)

    def labels(self, rows: Sequence[Row], most: int) -> dict[str, Tensor]:
        """The batch's targets, see `training.network.loss_of`."""
        n = len(rows)
        made = {
            "roles": torch.zeros(n, most, dtype=torch.long),
            "lead": torch.zeros(n, self.duties),
            "duty": torch.zeros(n, self.duties),
            "sentence": torch.zeros(n, most, self.duties),
            "sentence_weight": torch.zeros(n, most),
            "carries_lead": torch.zeros(n, most),
            "steps": torch.zeros(n, 3),
        }
        for i, row in enumerate(rows):
            fill(made, i, row)
        made["kind"] = torch.tensor([row["kind"] for row in rows])
        made["flag"] = torch.tensor([row["flags"] for row in rows], dtype=torch.float)
        made["several"] = torch.tensor([row["several"] for row in rows], dtype=torch.float)
        return made


def fill(made: dict[str, Tensor], i: int, row: Row) -> None:
    """Write one row's targets."""
    roles: list[int] = row["roles"]
    also: list[int] = row["also"]
    evidence: list[list[int]] = row["evidence"]
    lead: int = row["lead"]
    made["roles"][i, : len(roles)] = torch.tensor(roles)
    made["lead"][i, lead] = 1.0 - (ALSO_SHARE if also else 0.0)
    for other in also:
        made["lead"][i, other] += ALSO_SHARE / len(also)
    made["duty"][i, row["duties"]] = 1.0
    if evidence:
        made["sentence_weight"][i, : len(roles)] = UNMARKED
    for duty, sentence in evidence:
        made["sentence"][i, sentence, duty] = 1.0
        made["sentence_weight"][i, sentence] = 1.0
        if duty == lead:
            made["carries_lead"][i, sentence] = 1.0
    made["steps"][i] = torch.tensor([float(row["complexity"] > step) for step in (1, 2, 3)])
