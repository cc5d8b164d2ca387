"""Baselines: what a model must beat. Constant answers, zero-shot similarity, and a linear model of morphemes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.orgchart import OrgChart
from nlp.morphemes import morphemes
from nlp.reading import read_one
from training.base import load_base
from training.examples import Example
from training.finetune import embed, load_encoder
from training.scoring import Answer

Floats = NDArray[np.float64]


def texts_of(examples: Sequence[Example]) -> list[str]:
    """The texts as the pipeline reads them: cleaned and masked."""
    return [read_one(example.complaint).text for example in examples]


def ranked(scores: Floats, duties: Sequence[str], chart: OrgChart) -> list[Answer]:
    """An answer by scores (n, k) alone: the best duty leads, no support, the commonest level and kind."""
    order = np.argsort(-scores, axis=1)[:, :3]
    best = [tuple(duties[column] for column in row) for row in order]
    return [Answer(office=chart.office_of(top[0]).id, duties=top) for top in best]


def constant(train: Sequence[Example], count: int, chart: OrgChart) -> list[Answer]:
    """The commonest answer of the training texts, whatever the text says."""
    leads = [duty for duty, _ in Counter(one.lead for one in train).most_common(3)]
    level = Counter(one.complexity for one in train).most_common(1)[0][0]
    kind = Counter(one.kind for one in train).most_common(1)[0][0]
    return [Answer(chart.office_of(leads[0]).id, tuple(leads), complexity=level, kind=kind)] * count


def zero_shot(examples: Sequence[Example], chart: OrgChart, cache: Path) -> list[Answer]:
    """Similarity of the untrained base's embeddings: each text against each duty's name and definition, centred for
    each duty over the texts.
    """
    base = load_base(cache)
    encoder = load_encoder(base)
    rows = embed(encoder, base.tokenizer, texts_of(examples)).numpy()
    columns = embed(encoder, base.tokenizer, [f"{one.name}: {one.definition}" for one in chart.duties.values()]).numpy()
    scores = rows @ columns.T
    return ranked(scores - scores.mean(axis=0), tuple(chart.duties), chart)


@dataclass(slots=True)
class Linear:
    """Logistic regressions over TF-IDF of Kiwi's morphemes and of characters: lead duty, complexity, kind."""

    words: TfidfVectorizer
    letters: TfidfVectorizer
    heads: dict[str, LogisticRegression]

    @classmethod
    def fit(cls, train: Sequence[Example], wanted: Sequence[str] = ("lead", "complexity", "kind")) -> "Linear":
        """Fit on training texts as they are; `wanted` names the heads."""
        words = TfidfVectorizer(analyzer=morphemes, sublinear_tf=True, min_df=2)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=3)
        texts = texts_of(train)
        features = hstack([words.fit_transform(texts), letters.fit_transform(texts)]).tocsr()
        targets = {
            "lead": [one.lead for one in train],
            "complexity": [one.complexity for one in train],
            "kind": [one.kind for one in train],
        }
        heads = {
            name: LogisticRegression(C=30.0, max_iter=300, class_weight="balanced").fit(features, target)
            for name, target in targets.items()
            if name in wanted
        }
        return cls(words, letters, heads)

    @property
    def duties(self) -> list[str]:
        """The duties that may lead, in the order of `shares`."""
        return [str(duty) for duty in self.heads["lead"].classes_]

    def features(self, examples: Sequence[Example]) -> csr_matrix:
        """TF-IDF of some texts."""
        texts = texts_of(examples)
        return hstack([self.words.transform(texts), self.letters.transform(texts)]).tocsr()

    def shares(self, examples: Sequence[Example]) -> Floats:
        """The probability (texts, duties) that each duty leads."""
        shares: Floats = self.heads["lead"].predict_proba(self.features(examples))
        return shares

    def answers(self, examples: Sequence[Example], chart: OrgChart) -> list[Answer]:
        """The answers for some texts; support offices are not its to name."""
        features = self.features(examples)
        shares = self.heads["lead"].predict_proba(features)
        answers = ranked(shares, self.duties, chart)
        levels, kinds = self.heads["complexity"].predict(features), self.heads["kind"].predict(features)
        return [
            Answer(one.office, one.duties, complexity=int(level), kind=str(kind), probability=float(share))
            for one, level, kind, share in zip(answers, levels, kinds, shares.max(axis=1), strict=True)
        ]
