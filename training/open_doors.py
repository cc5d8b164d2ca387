"""Open doors: duties that a model was not trained on, added to it from their names, definitions and a few texts.

The encoder stays as it is. Each head gets one more row, fitted against the rows that are there: seconds, not a
retraining. Nothing else of the model changes, so an old duty loses only what a new one takes from it.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import logsumexp, softmax
from sklearn.linear_model import LogisticRegression

from models.artifact import LAYOUT, MANIFEST, Manifest, digest, load, read_manifest, write_manifest
from models.heads import Floats, unit_rows
from models.neural import NeuralClassifier
from models.orgchart import OrgChart
from models.weights import load_weights, save_weights
from nlp.complaint import Complaint
from nlp.reading import Reading, read_one
from training.augment import described
from training.examples import Example
from training.export import write_json
from training.recipe import covered

LONGEST = 500  # characters of a text that holds an old duty's place; longer ones take long to read
WEIGHT = 16.0  # what a new duty's texts weigh together, a text of an old one weighing 1
PULL = 0.08  # how firmly a row is held to where its duty's words place it
LEXICAL = 0.5  # inverse of the lexical penalty
RARITY = np.log(25.0)  # a duty is rarer in mail than in the texts its row is fitted on


@dataclass(frozen=True, slots=True)
class Evidence:
    """Texts as the heads see them: `both` (n, 2 * width), their sentences and whose they are, and their n-grams."""

    both: Floats
    sentences: Floats
    of: NDArray[np.int64]
    grams: csr_matrix
    known: Floats  # (n,): log of the summed powers of all known duties' lead scores


@dataclass(frozen=True, slots=True)
class Rows:
    """The new rows of each head, one for each new duty."""

    lead: tuple[Floats, Floats]
    duty: tuple[Floats, Floats]
    sentence: tuple[Floats, Floats]
    lexical: tuple[Floats, Floats]


def extend(
    source: Path, target: Path, chart: OrgChart, examples: Sequence[Example], known: Sequence[Example], version: str
) -> Manifest:
    """Write a model folder that also knows the duties of the table that the source lacks.

    `examples` are texts of new duties, none or a few for each; `known` texts of the old ones that no weight was fitted
    on: of a text that it was trained on the model is too sure to show where a new duty would take from an old one.
    The manifest is the source's with a new version, and comes last. Raises ValueError when the table has no new duty,
    or an example leads with a duty that is not new.
    """
    classifier = load(source)
    newcomers = tuple(duty for duty in chart.duties if duty not in classifier.duties)
    if not newcomers:
        raise ValueError(f"{source}: the model knows every duty of the table already: nothing to add")
    if strange := sorted({one.lead for one in examples} - set(newcomers)):
        raise ValueError(f"these lead examples but are no new duties of the table: {', '.join(strange)}")
    rows = fit_rows(classifier, newcomers, chart, examples, known)
    (target / MANIFEST).unlink(missing_ok=True)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))
    append(target, rows, newcomers)
    files = {name: digest(target / name) for name in LAYOUT.names}
    manifest = replace(read_manifest(source), version=version, created=date.today(), files=files)
    write_manifest(target, manifest)
    return manifest


def fit_rows(
    classifier: NeuralClassifier,
    newcomers: Sequence[str],
    chart: OrgChart,
    examples: Sequence[Example],
    known: Sequence[Example],
) -> Rows:
    """The rows of the new duties."""
    words = [one for one in described(chart) if one.lead in newcomers]
    others = [one for one in covered(known, classifier.duties) if len(one.title) + len(one.body) <= LONGEST]
    texts = [*words, *examples, *others]
    evidence = see(classifier, texts)
    place = {duty: number for number, duty in enumerate(newcomers)}
    label = np.array([place.get(one.lead, -1) for one in texts])
    lexical = fit_lexical(evidence, label, len(newcomers))
    offset = np.float32(classifier.calibration.lexical[0]) * (evidence.grams @ lexical[0].T + lexical[1])
    start = placed(classifier, newcomers, chart)
    return Rows(
        lead=fit_lead(evidence, label, offset.astype(np.float32), start),
        duty=fit_presence(evidence.both, label, len(newcomers)),
        sentence=fit_presence(evidence.sentences, label[evidence.of], len(newcomers)),
        lexical=lexical,
    )


def see(classifier: NeuralClassifier, examples: Sequence[Example]) -> Evidence:
    """What the heads see of some examples."""
    readings = [read_one(one.complaint) for one in examples]
    encoded = vectors, counts, _ = classifier.encoded(readings)
    both, _ = classifier.heads.summary(*encoded)
    scores, lexical = classifier.score_encoded(readings, encoded)
    weight = classifier.calibration.lexical[0]
    present = counts > 0
    return Evidence(
        both=both,
        sentences=np.float32(classifier.heads.scale) * unit_rows(vectors)[present],
        of=np.nonzero(present)[0],
        grams=grams(classifier, readings),
        known=logsumexp(scores.lead + weight * lexical.lead, axis=1).astype(np.float32),
    )


def grams(classifier: NeuralClassifier, readings: Sequence[Reading]) -> csr_matrix:
    """The texts' n-grams (n, n-grams), as the lexical model weighs them."""
    held = [classifier.lexical.features(reading.text) for reading in readings]
    starts = np.cumsum([0, *(len(rows) for rows, _ in held)])
    columns, values = (np.concatenate([one[side] for one in held]) for side in (0, 1))
    return csr_matrix((values, columns, starts), shape=(len(readings), len(classifier.lexical.idf)))


def placed(classifier: NeuralClassifier, newcomers: Sequence[str], chart: OrgChart) -> Floats:
    """Where the words of the new duties place their rows (new, 2 * width): along the centred vector of name and
    definition, as far out as the known duties' rows lie along theirs.
    """
    order = [*classifier.duties, *newcomers]
    lines = [f"{chart.duties[duty].name}: {chart.duties[duty].definition}" for duty in order]
    readings = [read_one(Complaint(id="", body=line)) for line in lines]
    both, _ = classifier.heads.summary(*classifier.encoded(readings))
    count = len(classifier.duties)
    unit = unit_rows(both - both[:count].mean(axis=0))
    reach = float((classifier.heads.arrays["lead.weight"] * unit[:count]).sum(axis=1).mean())
    along: Floats = np.float32(reach) * unit[count:]
    return along


def fit_lead(evidence: Evidence, label: NDArray[np.int64], offset: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Lead rows by least log loss over known and new duties together, the known ones' scores fixed."""
    count, width = start.shape
    weight = np.where(label < 0, 1.0, 0.0)
    for duty in range(count):
        mine = label == duty
        weight[mine] = WEIGHT / max(mine.sum(), 1)
    target = np.concatenate([(label < 0)[:, None], label[:, None] == np.arange(count)], axis=1).astype(float)

    def loss(dials: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        rows, bias = dials[:-count].reshape(count, width), dials[-count:]
        scores = np.concatenate([evidence.known[:, None], evidence.both @ rows.T + bias + offset], axis=1)
        shares = softmax(scores, axis=1)
        away = rows - start
        value = -(weight * np.log((shares * target).sum(axis=1) + 1e-30)).sum() + 0.5 * PULL * (away**2).sum() * width
        slope = (weight[:, None] * (shares - target))[:, 1:]
        return value, np.concatenate([(slope.T @ evidence.both + PULL * width * away).ravel(), slope.sum(axis=0)])

    found = minimize(loss, np.concatenate([start.ravel(), np.zeros(count)]), jac=True, method="L-BFGS-B").x
    return found[:-count].reshape(count, width).astype(np.float32), found[-count:].astype(np.float32)


def fit_presence(vectors: Floats, label: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Rows of a head that asks of each duty whether it is there; the constant corrected for how rare a duty is in mail
    (King and Zeng, 2001).
    """
    rows, bias = np.zeros((count, vectors.shape[1]), np.float32), np.zeros(count, np.float32)
    for duty in range(count):
        model = LogisticRegression(C=0.05, max_iter=500, class_weight="balanced").fit(vectors, label == duty)
        rows[duty], bias[duty] = model.coef_[0], model.intercept_[0] - RARITY
    return rows, bias


def fit_lexical(evidence: Evidence, label: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Lexical rows (new, n-grams) and constants: each new duty against all other texts."""
    rows, bias = np.zeros((count, evidence.grams.shape[1]), np.float32), np.zeros(count, np.float32)
    for duty in range(count):
        model = LogisticRegression(C=LEXICAL, max_iter=500).fit(evidence.grams, label == duty)
        rows[duty], bias[duty] = model.coef_[0], model.intercept_[0]
    return rows, bias


def append(folder: Path, rows: Rows, newcomers: Sequence[str]) -> None:
    """Put the rows behind those of a model folder's heads, and the duties behind its duties."""
    with np.load(folder / LAYOUT.heads, allow_pickle=False) as held:
        heads = {name: held[name] for name in held.files}
    for name in ("lead", "duty", "sentence"):
        weight, bias = getattr(rows, name)
        heads[f"{name}.weight"] = np.concatenate([heads[f"{name}.weight"], weight])
        heads[f"{name}.bias"] = np.concatenate([heads[f"{name}.bias"], bias])
    with (folder / LAYOUT.heads).open("wb") as file:
        np.savez(file, **heads)
    labels = json.loads((folder / LAYOUT.labels).read_text(encoding="utf-8"))
    at = len(labels["duties"])
    write_json(folder / LAYOUT.labels, labels | {"duties": [*labels["duties"], *newcomers]})
    lexical = load_weights(folder / LAYOUT.lexical)
    weight, bias = rows.lexical
    spare = lexical["weights"].shape[1] - weight.shape[1]
    lexical["weights"] = np.insert(lexical["weights"], [at] * len(weight), np.pad(weight, ((0, 0), (0, spare))), axis=0)
    lexical["bias"] = np.insert(lexical["bias"], [at] * len(bias), bias)
    save_weights(folder / LAYOUT.lexical, lexical)
