"""Signals of complexity, put into texts that lack them: earlier asks, many signatories, damages claimed, a formal
objection, offices that passed it on.

The level is the highest of a text's signals (docs/labels.md). Sentences that only look like a signal change nothing.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from training.examples import Example
from training.graft import graftable

ASKED = {0: 1, 1: 2, 2: 3}  # the level that a number of earlier asks makes; more make 4
HARDEST = 4


@dataclass(frozen=True, slots=True)
class Signal:
    """A sentence, the level that it makes at least, and the flag that it sets with its count (none: empty)."""

    text: str
    level: int
    flag: str
    count: int


@cache
def signals() -> tuple[Signal, ...]:
    """The sentences of `training/data/signals.tsv`."""
    lines = files("training").joinpath("data/signals.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(signal_of(*line.split("\t")) for line in lines)


def signal_of(name: str, text: str) -> Signal:
    """One signal from its row: `repeat=2`, `collective`, `damages`, `objection`, `passed` or `nothing`."""
    kind, _, count = name.partition("=")
    match kind:
        case "repeat":
            return Signal(text, ASKED.get(int(count), HARDEST), "repeat", int(count))
        case "collective":
            return Signal(text, HARDEST, "collective", 1)
        case "passed" | "damages" | "objection":
            return Signal(text, HARDEST, "", 0)
        case _:
            return Signal(text, 1, "", 0)


def signalled(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """`count` texts of one duty with a signal before the sentence that asks, each as hard as the signal makes it."""
    chance = random.Random(f"signal/{seed}")
    plain = [one for one in examples if graftable(one)]
    return [put(chance.choice(plain), chance.choice(signals())) for _ in range(count)] if plain else []


def put(example: Example, signal: Signal) -> Example:
    """The text with the signal's sentence before its first carrying passage, or at its beginning."""
    passage = example.duties[0].evidence[0]
    before, found, after = example.body.partition(passage)
    body = f"{before.rstrip()} {signal.text} {found}{after}" if found else f"{signal.text} {example.body}"
    flags = example.flags | ({signal.flag: signal.count} if signal.flag else {})
    return replace(
        example,
        id=f"{example.id}+signal",
        body=body.strip(),
        complexity=max(example.complexity, signal.level),
        flags=flags,
    )
