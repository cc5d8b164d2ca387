"""Heads: sentence vectors to scores for duties, lead, complexity, kind, flags and evidence. Arrays only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

ROLES = ("title", "first", "middle", "last", "courtesy")
ABSENT = np.float32(-1e4)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each the heads were built for."""

    width: int
    duties: int
    kinds: int
    flags: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Raw scores (logits) of n texts with up to s sentences and k duties."""

    lead: Floats  # (n, k)
    duty: Floats  # (n, k)
    sentence: Floats  # (n, s, k), very low where there is no sentence
    attention: Floats  # (n, s), sums to one: which sentence asks
    complexity: Floats  # (n, 3): level above 1, above 2, above 3
    kind: Floats  # (n, kinds)
    flag: Floats  # (n, flags)
    several: Floats  # (n, 2): several offices, several bodies


@dataclass(frozen=True, slots=True)
class Heads:
    """The linear heads of a trained model; `arrays` as `training.export` writes them."""

    arrays: Mapping[str, Floats]
    sizes: Sizes
    scale: float

    def summary(self, vectors: Floats, counts: Floats, roles: Integers) -> tuple[Floats, Floats]:
        """What the text's own heads see: the whole and the request side by side (n, 2 * width), scaled; and the
        attention (n, s) that tells the request.
        """
        unit = unit_rows(vectors)
        doc = unit_rows((vectors * counts[..., None]).sum(axis=1))
        asking = self.scale * (unit @ self.arrays["request"]) + self.arrays["role"][roles]
        attention = softmax(np.where(counts > 0, asking, ABSENT))
        asked = unit_rows((attention[..., None] * unit).sum(axis=1))
        both: Floats = np.float32(self.scale) * np.concatenate([doc, asked], axis=-1)
        return both, attention

    def score(self, vectors: Floats, counts: Floats, roles: Integers) -> Scores:
        """Scores of texts given by sentence vectors (n, s, width), piece counts (n, s) and roles (n, s)."""
        present = counts > 0
        unit = unit_rows(vectors)
        both, attention = self.summary(vectors, counts, roles)
        sentence = self.linear("sentence", np.float32(self.scale) * unit)
        rest = self.linear("rest", both)
        bounds = np.cumsum([3, self.sizes.kinds, self.sizes.flags])
        steps, kind, flag, several = np.split(rest, bounds, axis=-1)
        signal = self.linear("signal", np.float32(self.scale) * unit)
        strongest = np.where(present[..., None], signal, ABSENT).max(axis=1)
        more = np.split(strongest, [3, 3 + self.sizes.flags], axis=-1)
        steps, flag, several = steps + more[0], flag + more[1], several + more[2]
        return Scores(
            lead=self.linear("lead", both),
            duty=self.linear("duty", both),
            sentence=np.where(present[..., None], sentence, ABSENT),
            attention=attention,
            complexity=steps,
            kind=kind,
            flag=flag,
            several=several,
        )

    def linear(self, name: str, vectors: Floats) -> Floats:
        """One head's affine map."""
        mapped: Floats = vectors @ self.arrays[f"{name}.weight"].T + self.arrays[f"{name}.bias"]
        return mapped


def roles_of(sentences: int, titled: bool, courtesies: tuple[bool, ...]) -> list[int]:
    """Each sentence's role: the title, the first and last of the body, one in between, a courtesy."""
    start = 1 if titled else 0
    proper = [i for i in range(start, sentences) if not courtesies[i]]
    roles = [ROLES.index("courtesy" if courtesies[i] else "middle") for i in range(sentences)]
    if proper:
        roles[proper[0]] = ROLES.index("first")
        roles[proper[-1]] = ROLES.index("last")
    if titled:
        roles[0] = ROLES.index("title")
    return roles


def unit_rows(vectors: Floats) -> Floats:
    """The vectors at length one; zero stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Floats = vectors / np.maximum(length, np.float32(1e-12))
    return unit


def sigmoid(scores: Floats) -> Floats:
    """The logistic function, without overflow."""
    shares: Floats = np.float32(0.5) * (1 + np.tanh(scores / 2)).astype(np.float32)
    return shares


def softmax(scores: Floats) -> Floats:
    """Softmax over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares
