"""Calibration: what the model's probabilities may claim. Applied here, fitted by `training.calibrate`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.heads import ABSENT, Scores, sigmoid, softmax
from models.lexical import LexicalScores

Floats = NDArray[np.float32]
Line = tuple[float, float, float, float]  # weights of the encoder's score, the lexical score, the count; a constant


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
    a constant); a step of complexity (`steps`) and the two of `several` in the scores of both models and the logarithm
    of the number of sentences, since the strongest of many is stronger (three weights and a constant).
    `flag_cuts` are where a flag is set.
    `sets` are pairs of a wanted coverage and the probability from which an office belongs to the conformal set.
    """

    temperature: float
    lexical: tuple[float, float]
    duty: tuple[float, float, float]
    several: tuple[Line, ...]
    steps: tuple[Line, ...]
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

    def several_of(self, scores: Scores, lexical: LexicalScores) -> Floats:
        """(n, 2): several offices, several bodies."""
        return logistic(scores.several, lexical.several, sentences(scores), self.several)

    def step(self, scores: Scores, lexical: LexicalScores) -> Floats:
        """(n, 3): the probability that complexity is above 1, 2 and 3, never rising."""
        above = logistic(scores.complexity, lexical.steps, sentences(scores), self.steps)
        return np.minimum.accumulate(above, axis=1)

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


def logistic(ours: Floats, theirs: Floats, count: Floats, lines: Sequence[Line]) -> Floats:
    """Logistic in each column of both models' scores (n, columns) and in `count` (n,), by a line each."""
    of_ours, of_theirs, of_count, constant = np.array(lines, np.float32).T
    return sigmoid(ours * of_ours + theirs * of_theirs + count[:, None] * of_count + constant)


def sentences(scores: Scores) -> Floats:
    """(n,): the logarithm of each text's number of sentences, and one."""
    held: Floats = np.log1p((scores.sentence[..., 0] > ABSENT / 2).sum(axis=1)).astype(np.float32)
    return held


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
