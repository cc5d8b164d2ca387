"""Fitting the lexical model: logistic regressions over TF-IDF of character n-grams."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.artifact import LAYOUT
from models.lexical import ngrams
from models.weights import GROUP, save_weights
from nlp.reading import read_one
from training.collate import Labels
from training.examples import KINDS, Example

STRENGTH = 30.0  # inverse of the penalty
ABSENT = -20.0  # the constant of a class that no text has
RAREST = 3  # texts that an n-gram must stand in

Floats = NDArray[np.float32]


def export_lexical(examples: Sequence[Example], labels: Labels, folder: Path) -> None:
    """Fit the lexical model on training texts and write its two files into a model folder."""
    vectoriser = TfidfVectorizer(analyzer=ngrams, sublinear_tf=True, min_df=RAREST)
    features = vectoriser.fit_transform([read_one(example.complaint).text for example in examples])
    lead = fit(features, [example.lead for example in examples], labels.duties)
    kind = fit(features, [example.kind for example in examples], KINDS)
    crowds = [labels.crowd(carried.duty for carried in example.duties) for example in examples]
    answers = [[example.complexity > level for example in examples] for level in (1, 2, 3)]
    answers += [[crowd[at] > 1 for crowd in crowds] for at in (0, 1)]
    rest = [yes_or_no(features, answer) for answer in answers]
    weights = np.concatenate([lead[0], kind[0], *(one[0] for one in rest)])
    spare = -weights.shape[1] % GROUP  # so that the rows are whole groups of the 8-bit format
    arrays = {
        "weights": np.pad(weights, ((0, 0), (0, spare))).astype(np.float32),
        "bias": np.concatenate([lead[1], kind[1], *(one[1] for one in rest)]).astype(np.float32),
        "idf": vectoriser.idf_.astype(np.float32),
    }
    save_weights(folder / LAYOUT.lexical, arrays)
    order = sorted(vectoriser.vocabulary_, key=lambda gram: int(vectoriser.vocabulary_[gram]))
    (folder / LAYOUT.ngrams).write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")


def fit(features: csr_matrix, labels: Sequence[str], order: Sequence[str]) -> tuple[Floats, Floats]:
    """Weights (classes, n-grams) and constants of one multinomial regression, classes in `order`.

    A class that no text has can never win: its constant is very low.
    """
    model = LogisticRegression(C=STRENGTH, max_iter=200, class_weight="balanced").fit(features, labels)
    rows, constants = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # one row stands for both
        rows, constants = np.concatenate([-rows, rows]) / 2, np.concatenate([-constants, constants]) / 2
    weights = np.zeros((len(order), features.shape[1]), np.float32)
    bias = np.full(len(order), ABSENT, np.float32)
    for label, row, constant in zip(model.classes_, rows, constants, strict=True):
        weights[order.index(label)] = row
        bias[order.index(label)] = constant
    return weights, bias


def yes_or_no(features: csr_matrix, above: Sequence[bool]) -> tuple[Floats, Floats]:
    """Weights (1, n-grams) and constant of one yes-or-no question; nothing of a question with one answer."""
    if len(set(above)) < 2:
        return np.zeros((1, features.shape[1]), np.float32), np.zeros(1, np.float32)
    model = LogisticRegression(C=STRENGTH, max_iter=200, class_weight="balanced").fit(features, above)
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
