"""The classifier: fine-tuned encoder and lexical model together; readings in, calibrated predictions out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.calibration import Calibration, levels_of
from models.encoder import Encoder
from models.heads import Floats, Heads, Integers, Scores, roles_of, sigmoid
from models.lexical import Lexical, LexicalScores
from models.prediction import Prediction
from nlp.reading import Reading


@dataclass(frozen=True, slots=True)
class NeuralClassifier:
    """One encoder with its heads, the lexical model, and their calibration: a `models.classifier.Classifier`."""

    version: str
    encoder: Encoder
    heads: Heads
    lexical: Lexical
    calibration: Calibration
    duties: tuple[str, ...]
    kinds: tuple[str, ...]
    flags: tuple[str, ...]

    def score(self, readings: Sequence[Reading]) -> tuple[Scores, LexicalScores]:
        """Raw scores of readings by both models, before calibration."""
        return self.score_encoded(readings, self.encoded(readings))

    def score_encoded(
        self, readings: Sequence[Reading], encoded: tuple[Floats, Floats, Integers]
    ) -> tuple[Scores, LexicalScores]:
        """Raw scores of readings whose sentence vectors are there already."""
        scores = self.heads.score(*encoded)
        return scores, self.lexical.score([reading.text for reading in readings])

    def encoded(self, readings: Sequence[Reading]) -> tuple[Floats, Floats, Integers]:
        """Sentence vectors (n, s, width), piece counts (n, s) and roles (n, s) of readings: what the heads take."""
        sheaf = self.encoder.encode([[one.text for one in reading.sentences] for reading in readings])
        roles = np.zeros(sheaf.counts.shape, np.int64)
        for row, reading in enumerate(readings):
            n = len(reading.sentences)
            roles[row, :n] = roles_of(n, reading.titled, reading.courtesies)
        return sheaf.vectors, sheaf.counts, roles

    def predict(self, readings: Sequence[Reading]) -> list[Prediction]:
        """One calibrated prediction per reading, in order."""
        if not readings:
            return []
        encoded = self.encoded(readings)
        vectors = whole_texts(encoded[0], encoded[1])
        return self.calibrated(readings, *self.score_encoded(readings, encoded), vectors)

    def calibrated(
        self, readings: Sequence[Reading], scores: Scores, lexical: LexicalScores, vectors: Floats
    ) -> list[Prediction]:
        """Predictions from raw scores; `vectors` (n, width) are those of the whole texts."""
        known = self.calibration
        lead, present, several = known.lead(scores, lexical), known.present(scores), known.several_of(scores, lexical)
        steps, kinds, flags = known.step(scores, lexical), known.kind(scores, lexical), sigmoid(scores.flag)
        evidence, levels = scores.sentence.argmax(axis=1), levels_of(steps)
        taken = np.rint(steps.sum(axis=1)).astype(np.int64)  # the expected level: what quadratic kappa rewards
        set_flags = flags >= np.array(known.flag_cuts, np.float32)
        return [
            Prediction(
                id=reading.id,
                duties=self.duties,
                lead=lead[i],
                present=present[i],
                evidence=evidence[i],
                levels=levels[i],
                complexity=1 + int(taken[i]),
                kind=self.kinds[int(kinds[i].argmax())],
                kind_probability=float(kinds[i].max()),
                flags=tuple(flag for flag, on in zip(self.flags, set_flags[i], strict=True) if on),
                several=several[i],
                vector=vectors[i],
                model_version=self.version,
            )
            for i, reading in enumerate(readings)
        ]


def whole_texts(vectors: Floats, counts: Floats) -> Floats:
    """The vectors (n, width) of whole texts: the mean of their sentences' by length in pieces, scaled to length 1."""
    sums = np.einsum("nsw,ns->nw", vectors, counts)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    whole: Floats = (sums / np.maximum(norms, 1e-9)).astype(np.float32)
    return whole
