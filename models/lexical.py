"""The lexical scores: a linear model over character n-grams, beside the encoder.

The encoder knows what words mean; n-grams know which words this trade uses. Their mistakes differ, so their sum makes
fewer (docs/experiments.md). Arrays only; fitted by `training.lexical`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LONGEST = 4  # letters of an n-gram


def ngrams(text: str) -> list[str]:
    """The n-grams of one to `LONGEST` characters inside each word, a space standing for the word's edges."""
    found = []
    for word in text.lower().split():
        padded = f" {word} "
        for size in range(1, LONGEST + 1):
            found += [padded[at : at + size] for at in range(len(padded) - size + 1)]
    return found


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Scores (logits) of n texts: `lead` (n, k), `kind` (n, kinds), `steps` (n, 3), `several` (n, 2)."""

    lead: Floats
    kind: Floats
    steps: Floats
    several: Floats


@dataclass(frozen=True, slots=True)
class Lexical:
    """A fitted linear model.

    `rows` maps an n-gram to its row; `idf` (rows,) its rarity; `weights` (rows, k + kinds + 5) and `bias` its scores.
    """

    rows: Mapping[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    duties: int
    kinds: int

    def score(self, texts: Sequence[str]) -> LexicalScores:
        """The scores of texts, as cleaned and masked."""
        scores = np.stack([self.score_one(text) for text in texts])
        known = self.duties + self.kinds
        lead, kind, steps, several = np.split(scores, [self.duties, known, known + 3], axis=1)
        return LexicalScores(lead, kind, steps, several)

    def score_one(self, text: str) -> Floats:
        """One text's scores."""
        rows, values = self.features(text)
        scored: Floats = values @ self.weights[rows] + self.bias
        return scored.astype(np.float32)

    def features(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """A text's n-grams as rows and values: TF-IDF with logarithmic counts, at length one; empty when none is
        known.
        """
        known = Counter(row for gram in ngrams(text) if (row := self.rows.get(gram)) is not None)
        rows = np.fromiter(known.keys(), np.int64, len(known))
        values = (1 + np.log(np.fromiter(known.values(), np.float32, len(known)))) * self.idf[rows]
        return rows, values / np.float32(max(float(np.linalg.norm(values)), 1e-12))
