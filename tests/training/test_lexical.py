"""The served lexical model gives what scikit-learn's does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.artifact import LAYOUT, LabelSet, read_lexical
from models.lexical import ngrams
from nlp.reading import read_one
from training.collate import Labels
from training.examples import FLAGS, KINDS, Example
from training.export import write_json
from training.lexical import STRENGTH, export_lexical


def test_ngrams_stay_inside_words_and_know_their_edges() -> None:
    assert ngrams("등 꺼짐")[:5] == [" ", "등", " ", " 등", "등 "]
    assert "등 꺼" not in ngrams("등 꺼짐")


def test_scores_are_those_of_the_fitted_regression(examples: list[Example], labels: Labels, tmp_path: Path) -> None:
    texts = [*examples, replace(examples[0], complexity=3, kind="suggestion")] * 4
    export_lexical(texts, labels, tmp_path)
    names = LabelSet(labels.duties, KINDS, FLAGS, 16.0)
    write_json(tmp_path / LAYOUT.labels, {"duties": labels.duties, "kinds": KINDS, "flags": FLAGS, "scale": 16.0})
    lexical = read_lexical(tmp_path, names)
    raw = [read_one(one.complaint).text for one in texts]
    vectoriser = TfidfVectorizer(analyzer=ngrams, sublinear_tf=True, min_df=3)
    features = vectoriser.fit_transform(raw)
    model = LogisticRegression(C=STRENGTH, max_iter=200, class_weight="balanced").fit(features, [t.lead for t in texts])
    wanted = model.decision_function(features[:8])
    got = lexical.score(raw[:8]).lead[:, [labels.duties.index(name) for name in model.classes_]]
    assert np.abs(wanted - got).max() < 0.02 * np.abs(wanted).max()  # what 8 bits lose


def test_a_text_without_a_known_ngram_gets_the_constants(
    examples: list[Example], labels: Labels, tmp_path: Path
) -> None:
    export_lexical([*examples, replace(examples[0], complexity=3, kind="suggestion")] * 4, labels, tmp_path)
    lexical = read_lexical(tmp_path, LabelSet(labels.duties, KINDS, FLAGS, 16.0))
    assert np.array_equal(lexical.score_one(""), lexical.bias)
