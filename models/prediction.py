"""Prediction: what the model says of one complaint, calibrated; no office, no city."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One complaint's prediction over `duties` (k of them, shared by all predictions of a model).

    `lead` (k,) sums to one: which duty leads. `present` (k,): the probability that a duty is asked for.
    `evidence` (k,): the sentence that carries each duty most. `levels` (4,) sums to one: complexity 1 to 4.
    `several` (2,): the probability that several offices, and several bodies, must act. `flags` are those set.
    `vector` (width,) of length 1: the whole text, so that texts on the same matter point the same way.
    """

    id: str
    duties: tuple[str, ...]
    lead: Floats
    present: Floats
    evidence: NDArray[np.int64]
    levels: Floats
    complexity: int
    kind: str
    kind_probability: float
    flags: tuple[str, ...]
    several: Floats
    vector: Floats
    model_version: str
