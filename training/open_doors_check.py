"""How well added duties are told: a model that was trained without some, extended with none, 5 and 20 texts of each."""

import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.artifact import load
from models.city import load_city, standard
from models.pipeline import Pipeline, assemble
from training.examples import Example
from training.open_doors import extend
from training.recipe import covered, todays_chart
from training.splits import read_splits

SHOTS = (0, 5, 20)
SEED = 20261126


@dataclass(frozen=True, slots=True)
class DoorFigure:
    """What one number of texts gives: `right` is the mean over new duties of the share of their tests told right among
    all duties; `old_before` and `old_after` the share of tests of old duties told right without and with the new ones.
    """

    shots: int
    duties: int
    cases: int
    right: float
    old_cases: int
    old_before: float
    old_after: float
    seconds: float


def measure(model: Path, shots: Sequence[int] = SHOTS) -> Iterator[DoorFigure]:
    """One figure for each number of texts. Raises ValueError when the model knows every duty of the table."""
    chart, splits, city = todays_chart(), read_splits(), load_city(standard())
    source = load(model)
    newcomers = [duty for duty in chart.duties if duty not in source.duties]
    tests = [one for one in (*splits.natural, *splits.several, *splits.heldout) if one.lead in newcomers]
    old = covered(splits.natural, source.duties)
    before = mean(told(assemble(source, chart, city), old))
    for count in shots:
        examples = drawn(splits.train, newcomers, count)
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            extend(model, Path(folder) / "model", chart, examples, splits.heldout, f"{count} texts")
            seconds = time.perf_counter() - started
            pipeline = assemble(load(Path(folder) / "model"), chart, city)
            by_duty = defaultdict(list)
            for one, right in zip(tests, told(pipeline, tests), strict=True):
                by_duty[one.lead].append(right)
            right = mean([mean(held) for held in by_duty.values()])
            after = mean(told(pipeline, old))
        yield DoorFigure(count, len(newcomers), len(tests), right, len(old), before, after, seconds)


def drawn(texts: Sequence[Example], newcomers: Sequence[str], count: int) -> list[Example]:
    """`count` texts of each new duty, or as many as there are."""
    chance = random.Random(SEED)
    chosen: list[Example] = []
    for duty in newcomers:
        held = [one for one in texts if one.lead == duty]
        chosen += chance.sample(held, min(count, len(held)))
    return chosen


def told(pipeline: Pipeline, examples: Sequence[Example]) -> list[float]:
    """1.0 for each example whose best duty is its lead or could lead, else 0.0."""
    routed = pipeline.route([one.complaint for one in examples])
    return [
        float(one.routing.top[0].duty in (example.lead, *example.also_lead))
        for one, example in zip(routed, examples, strict=True)
    ]


def mean(values: Sequence[float]) -> float:
    """The mean; 0.0 of nothing."""
    return sum(values) / len(values) if values else 0.0
