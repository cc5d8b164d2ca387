"""Audit: labels that look wrong, for people to check, by confident learning (Northcutt et al., 2021).

Each text is judged by a linear model that never saw its author. A label is suspect where another duty reaches the mean
probability that texts labelled so have of it, and beats the label's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from training.baseline import Linear
from training.examples import Example

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Suspect:
    """A text whose lead looks wrong: what it looks like instead, and by how much."""

    example: Example
    looks_like: str
    margin: float


def suspects(examples: Sequence[Example]) -> list[Suspect]:
    """The suspect leads of some texts, the worst first. Possible other leads are never suspected."""
    duties = sorted({one.lead for one in examples})
    scores = out_of_fold(examples, duties)
    labels = np.array([duties.index(one.lead) for one in examples])
    own = scores[np.arange(len(examples)), labels]
    usual = np.array([own[labels == duty].mean() for duty in range(len(duties))])
    above = np.where(scores >= usual, scores, 0.0)
    above[np.arange(len(examples)), labels] = 0.0
    for row, one in enumerate(examples):
        above[row, [duties.index(duty) for duty in one.also_lead if duty in duties]] = 0.0
    best = above.argmax(axis=1)
    margins = above.max(axis=1) - own
    found = [
        Suspect(one, duties[best[row]], float(margins[row])) for row, one in enumerate(examples) if margins[row] > 0
    ]
    return sorted(found, key=lambda one: -one.margin)


def out_of_fold(examples: Sequence[Example], duties: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities (texts, duties) by models that never saw a text's author."""
    scores = np.zeros((len(examples), len(duties)))
    authors = [one.author for one in examples]
    for seen, unseen in GroupKFold(FOLDS).split(authors, groups=authors):
        model = Linear.fit([examples[row] for row in seen], ("lead",))
        held = [examples[row] for row in unseen]
        columns = [duties.index(duty) for duty in model.duties]
        scores[np.ix_(unseen, columns)] = model.shares(held)
    return scores
