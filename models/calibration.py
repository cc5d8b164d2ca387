"""Calibration: what the model's probabilities may claim. Applied here, fitted by `training.calibrate`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.heads import Scores, sigmoid, softmax
from models.lexical import LexicalScores

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Promise:
    """A wanted first-time-right rate and what keeps it: route directly from `threshold` upwards.

    `cases`, `right` and `bound` are what was seen on held-out texts: how many were direct, how many of them right,
    and the lower Clopper-Pearson bound (one-sided at 90 %). `share` is the part of all cases that went direct.
    """

    wanted: float
    threshold: float
    cases: int
    right: int
    bound: float
    share: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The numbers fitted on held-out texts.

    `lexical` weighs the lexical scores of lead and kind against the encoder's; `temperature` divides the lead's sum. A
    duty's probability is logistic in its score for the text and its best score in a sentence (`duty`: two weights and
    a constant), a step of complexity in the scores of both models (`steps`: two weights and a constant), the two of
    `several` in the encoder's (weight, constant). `flag_cuts` are where a flag is set.
    `sets` are pairs of a wanted coverage and the probability from which an office belongs to the conformal set.
    """

    temperature: float
    lexical: tuple[float, float]
    duty: tuple[float, float, float]
    several: tuple[tuple[float, float], tuple[float, float]]
    steps: tuple[tuple[float, float, float], ...]
    flag_cuts: tuple[float, ...]
    kind_bias: tuple[float, ...]
    kind_temperature: float
    duty_threshold: float
    support_threshold: float
    several_threshold: float
    promises: tuple[Promise, ...]
    sets: tuple[tuple[float, float], ...] = ()

    def lead(self, scores: Scores, lexical: LexicalScores) -> Floats:
        """(n, k), rows sum to one."""
        summed: Floats = scores.lead + np.float32(self.lexical[0]) * lexical.lead
        return softmax(summed / np.float32(self.temperature))

    def present(self, scores: Scores) -> Floats:
        """(n, k): the probability that each duty is asked for."""
        text, sentence, constant = np.array(self.duty, np.float32)
        return sigmoid(text * scores.duty + sentence * best_sentence(scores) + constant)

    def several_of(self, scores: Scores) -> Floats:
        """(n, 2): several offices, several bodies."""
        return straight(scores.several, self.several)

    def step(self, scores: Scores, lexical: LexicalScores) -> Floats:
        """(n, 3): the probability that complexity is above 1, 2 and 3, never rising."""
        ours, theirs, constant = np.array(self.steps, np.float32).T
        return np.minimum.accumulate(sigmoid(ours * scores.complexity + theirs * lexical.steps + constant), axis=1)

    def kind(self, scores: Scores, lexical: LexicalScores) -> Floats:
        """(n, kinds), rows sum to one."""
        summed: Floats = scores.kind + np.float32(self.lexical[1]) * lexical.kind + np.array(self.kind_bias, np.float32)
        return softmax(summed / np.float32(self.kind_temperature))

    def set_threshold(self, coverage: float) -> float:
        """The probability from which an office belongs to the set that holds the right one with this coverage; above
        one, which leaves the best office alone, where no such set was fitted.
        """
        return max((threshold for wanted, threshold in self.sets if wanted >= coverage - 1e-9), default=2.0)

    def direct_threshold(self, wanted: float) -> float:
        """The lead office's probability from which a case may go direct; above one when the promise cannot be kept."""
        kept = [promise.threshold for promise in self.promises if promise.wanted >= wanted - 1e-9]
        return min(kept, default=2.0)


def straight(scores: Floats, lines: Sequence[tuple[float, float]]) -> Floats:
    """Logistic in each column, with its own weight and constant (Platt, 1999)."""
    weights, constants = np.array(lines, np.float32).T
    return sigmoid(scores * weights + constants)


def best_sentence(scores: Scores) -> Floats:
    """(n, k): each duty's best score in any sentence."""
    best: Floats = scores.sentence.max(axis=1)
    return best


def levels_of(steps: Floats) -> Floats:
    """(n, 4) from (n, 3): the probability of each level."""
    ones, zeros = np.ones((len(steps), 1), np.float32), np.zeros((len(steps), 1), np.float32)
    edges = np.concatenate([ones, steps, zeros], axis=1)
    shares: Floats = edges[:, :-1] - edges[:, 1:]
    return shares


def from_json(fields: Mapping[str, object]) -> Calibration:
    """A calibration from what `calibration.json` holds. Raises ValueError when it is not one."""
    try:
        values = {name: tupled(value) for name, value in fields.items() if name != "promises"}
        rows = fields["promises"]
        assert isinstance(rows, list)
        return Calibration(**values, promises=tuple(Promise(**row) for row in rows))  # type: ignore[arg-type]
    except (AssertionError, KeyError, TypeError) as error:
        raise ValueError(f"not a calibration: {error}") from error


def tupled(value: object) -> object:
    """Lists as tuples, all the way down."""
    return tuple(tupled(one) for one in value) if isinstance(value, list) else value
