"""Fit what probabilities may claim, on held-out texts of our own that no weight was fitted on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from models.calibration import Calibration, Line, Promise, best_sentence, logistic, sentences
from models.heads import Scores, sigmoid, softmax
from models.lexical import LexicalScores
from models.orgchart import OrgChart
from training.briefs import mix
from training.examples import FLAGS, KINDS, Example

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

WANTED = (0.80, 0.85, 0.90, 0.93, 0.95, 0.97, 0.98)
COVERED = (0.80, 0.90, 0.95, 0.98)
CONFIDENCE = 0.90  # one-sided: that a promise holds on texts like the held-out ones
LEAST = 40  # direct cases without which no promise is made
SHIFT = 0.02  # what mail of other cities was below held-out texts: asked for on top of what is wanted of mail
NAMED = 0.85  # of the cases with a support office, the share that truly has several
FOUND = 0.85  # of the cases of several offices, the share that the coordinator sees


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels of some examples as arrays: n examples, k duties, o offices."""

    lead: NDArray[np.int64]  # (n,)
    present: Flags  # (n, k)
    leads: Flags  # (n, k): lead or could lead
    several: Flags  # (n, 2)
    level: NDArray[np.int64]  # (n,)
    kind: NDArray[np.int64]  # (n,)
    flags: Flags  # (n, flags)
    member: Floats  # (k, o): which office holds a duty
    level_weight: Floats  # (n,): as if levels came in the shares of real complaints
    kind_weight: Floats  # (n,): likewise for kinds


def truth_of(examples: Sequence[Example], duties: Sequence[str], chart: OrgChart) -> Truth:
    """The labels of examples, by the duties' order and one day's org chart."""
    row = {duty: position for position, duty in enumerate(duties)}
    office = [chart.office_of(duty).id for duty in duties]
    names = sorted(set(office))
    present = np.zeros((len(examples), len(duties)), bool)
    leads = np.zeros_like(present)
    several = np.zeros((len(examples), 2), bool)
    for i, example in enumerate(examples):
        held = [one.duty for one in example.duties]
        present[i, [row[duty] for duty in held]] = True
        leads[i, [row[duty] for duty in (example.lead, *example.also_lead)]] = True
        several[i] = [len({chart.office_of(d).id for d in held}) > 1, len({chart.office_of(d).body for d in held}) > 1]
    return Truth(
        lead=np.array([row[example.lead] for example in examples]),
        present=present,
        leads=leads,
        several=several,
        level=np.array([example.complexity for example in examples]),
        kind=np.array([KINDS.index(example.kind) for example in examples]),
        flags=np.array([[flag in example.flags for flag in FLAGS] for example in examples]),
        member=np.array([[one == name for name in names] for one in office], np.float32),
        level_weight=weights(
            [one.complexity for one in examples], dict(enumerate(mix()["real"]["levels"], 1)), examples
        ),
        kind_weight=weights([one.kind for one in examples], mix()["real"]["kinds"], examples),
    )


def weights(labels: Sequence[int | str], wanted: Mapping[int | str, float], examples: Sequence[Example]) -> Floats:
    """Weights (n,) as if the texts came in the mix of real mail: so many long ones, and those with the wanted shares
    of labels. Our corpus holds more of what is rare, and more that is short, than citizens write.
    """
    real = mix()["real"]
    long = np.array([len(one.title) + len(one.body) >= real["long"] for one in examples])
    have = Counter(label for label, is_long in zip(labels, long, strict=True) if is_long)
    of_label = [
        wanted[label] * have.total() / have[label] if is_long else 1.0
        for label, is_long in zip(labels, long, strict=True)
    ]
    share = long.mean()
    of_form = np.where(long, real["long_share"] / max(share, 1e-9), (1 - real["long_share"]) / max(1 - share, 1e-9))
    return np.array(of_label * of_form, np.float32)


def fit_calibration(scores: Scores, lexical: LexicalScores, truth: Truth) -> Calibration:
    """Every number of a calibration, from raw scores of both models and labels of the same held-out texts."""
    lead_weight, temperature = fit_lead(scores.lead, lexical.lead, truth.lead)
    kind_weight, kind_bias = fit_kind(scores.kind, lexical.kind, truth.kind, truth.kind_weight)
    summed_kind = scores.kind + np.float32(kind_weight) * lexical.kind + np.array(kind_bias, np.float32)
    duty = fit_duty(scores, truth.present)
    count = sentences(scores)
    several = tuple(
        fit_line(scores.several[:, i], lexical.several[:, i], count, truth.several[:, i], truth.level_weight)
        for i in range(2)
    )
    steps = tuple(
        fit_line(scores.complexity[:, i], lexical.steps[:, i], count, truth.level > i + 1, truth.level_weight)
        for i in range(3)
    )
    summed_lead: Floats = scores.lead + np.float32(lead_weight) * lexical.lead
    lead = softmax(summed_lead / np.float32(temperature))
    text, sentence, constant = np.array(duty, np.float32)
    present = sigmoid(text * scores.duty + sentence * best_sentence(scores) + constant)
    several_probability = logistic(scores.several, lexical.several, count, several)[:, 0]
    support, several_cut = fit_support(lead, present, several_probability, truth)
    return Calibration(
        temperature=temperature,
        lexical=(lead_weight, kind_weight),
        duty=duty,
        several=several,
        steps=steps,
        flag_cuts=tuple(best_cut(sigmoid(scores.flag[:, i]), truth.flags[:, i]) for i in range(len(FLAGS))),
        kind_bias=kind_bias,
        kind_temperature=fit_temperature(summed_kind, truth.kind),
        duty_threshold=best_cut(present.ravel(), truth.present.ravel()),
        support_threshold=support,
        several_threshold=several_cut,
        promises=fit_promises(lead @ truth.member, (truth.leads @ truth.member) > 0),
        sets=fit_sets(lead @ truth.member, (truth.leads @ truth.member) > 0),
    )


def fit_lead(ours: Floats, theirs: Floats, target: NDArray[np.int64]) -> tuple[float, float]:
    """The lexical weight and the temperature of least log loss."""
    rows = np.arange(len(target))

    def loss(dials: NDArray[np.float64]) -> float:
        shares = softmax(((ours + dials[0] * theirs) / np.exp(dials[1])).astype(np.float64))
        return float(-np.log(np.maximum(shares[rows, target], 1e-12)).mean())

    found = minimize(loss, np.array([0.5, 0.0]), method="L-BFGS-B", bounds=[(0, 3), (-2, 2)]).x
    return float(found[0]), float(np.exp(found[1]))


def fit_temperature(scores: Floats, target: NDArray[np.int64]) -> float:
    """The temperature of least log loss (Guo et al., 2017)."""
    rows = np.arange(len(target))

    def loss(log_temperature: float) -> float:
        shares = softmax((scores / np.exp(log_temperature)).astype(np.float64))
        return float(-np.log(np.maximum(shares[rows, target], 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def fit_duty(scores: Scores, present: Flags) -> tuple[float, float, float]:
    """Logistic weights of a duty's text score and best sentence score, and the constant, over all duties at once."""
    features = np.stack([scores.duty.ravel(), best_sentence(scores).ravel()], axis=1)
    model = LogisticRegression(C=100.0, max_iter=1000).fit(features, present.ravel())
    return float(model.coef_[0, 0]), float(model.coef_[0, 1]), float(model.intercept_[0])


def fit_line(ours: Floats, theirs: Floats, count: Floats, target: Flags, weight: Floats) -> Line:
    """A logistic fit (Platt, 1999, with more than one score) of texts (n,); the encoder's scores as they are when one
    class is missing.
    """
    if target.all() or not target.any():
        return 1.0, 0.0, 0.0, 0.0
    features = np.stack([ours, theirs, count], axis=1)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(features, target, sample_weight=weight)
    first, second, third = (float(one) for one in model.coef_[0])
    return first, second, third, float(model.intercept_[0])


def fit_kind(ours: Floats, theirs: Floats, target: NDArray[np.int64], share: Floats) -> tuple[float, tuple[float, ...]]:
    """The lexical weight, and what is added to each kind's score so that rare kinds are found: least log loss, classes
    weighted by the root of their rarity.
    """
    counts = np.bincount(target, weights=share, minlength=len(KINDS))
    weight = share * np.where(counts > 0, 1 / np.sqrt(np.maximum(counts, 1)), 0)[target]
    rows = np.arange(len(target))

    def loss(dials: NDArray[np.float64]) -> float:
        shares = softmax((ours + dials[0] * theirs + dials[1:]).astype(np.float64))
        nll = -np.log(np.maximum(shares[rows, target], 1e-12))
        return float((weight * nll).sum() / weight.sum() + 0.01 * (dials[1:] ** 2).sum())

    bounds = [(0.0, 3.0), *[(None, None)] * len(KINDS)]
    found = minimize(loss, np.array([0.5, *[0.0] * len(KINDS)]), method="L-BFGS-B", bounds=bounds).x
    return float(found[0]), tuple(float(value) for value in found[1:])


def best_cut(probability: Floats, target: Flags) -> float:
    """The cut of best F1 between 0.2 and 0.8; 0.5 when nothing is to be found."""
    if not target.any():
        return 0.5
    tried = [(f1(probability >= cut, target), -abs(cut - 0.5), cut) for cut in np.linspace(0.2, 0.8, 25)]
    return float(max(tried)[2])


def f1(said: Flags, target: Flags) -> float:
    """F1 of yes-or-no answers."""
    both = int((said & target).sum())
    return 2 * both / max(1, int(said.sum() + target.sum()))


def fit_support(lead: Floats, present: Floats, several: Floats, truth: Truth) -> tuple[float, float]:
    """Two cuts: where another office is named, and where the coordinator looks because several may be needed.

    An office is named where its duty's probability times that of `several` reaches the first: the lowest value at
    which the share `NAMED` of the cases so named truly has several offices, texts weighted as in real mail. The second
    is the highest value of `several` that finds the share `FOUND` of the cases of several offices.
    """
    chosen = (lead @ truth.member).argmax(axis=1)
    other = truth.member.T[chosen] == 0
    strongest = several * np.where(other, present, 0).max(axis=1)
    true = truth.several[:, 0]
    order = np.argsort(-strongest)
    weight = truth.level_weight[order]
    precision = np.cumsum(weight * true[order]) / np.cumsum(weight)
    kept = np.flatnonzero(precision >= NAMED)
    named = float(strongest[order[kept.max()]]) if len(kept) else 1.0
    looked = float(np.quantile(several[true], 1 - FOUND)) if true.any() else 1.0
    return named, looked


def fit_promises(offices: Floats, right: Flags) -> tuple[Promise, ...]:
    """For each wanted first-time-right rate the lowest threshold whose lower bound keeps it, with `SHIFT` to spare.

    `offices` (n, o) are the offices' probabilities, `right` (n, o) which offices would be right. The bound is
    Clopper and Pearson's (1934), one-sided at `CONFIDENCE`.
    """
    best, sure = offices.argmax(axis=1), offices.max(axis=1)
    hit = right[np.arange(len(best)), best]
    order = np.argsort(-sure)
    hits = np.cumsum(hit[order])
    promises = []
    for wanted in WANTED:
        kept = [n for n in range(LEAST, len(order) + 1) if lower_bound(int(hits[n - 1]), n) >= wanted + SHIFT]
        if kept:
            n = max(kept)
            r = int(hits[n - 1])
            threshold = float(sure[order[n - 1]])
            promises.append(Promise(wanted, threshold, n, r, lower_bound(r, n), n / len(order)))
    return tuple(promises)


def fit_sets(offices: Floats, right: Flags) -> tuple[tuple[float, float], ...]:
    """For each coverage the probability from which an office belongs to the set: split conformal prediction with the
    least ambiguous sets (Sadinle, Lei and Wasserman, 2019), asked for with `SHIFT` to spare. A text's score is its best
    right office's probability.
    """
    scores = np.sort(np.where(right, offices, 0).max(axis=1))
    ranks = [int(np.floor((len(scores) + 1) * (1 - wanted - SHIFT))) for wanted in COVERED]
    return tuple((wanted, float(scores[rank - 1])) for wanted, rank in zip(COVERED, ranks, strict=True) if rank >= 1)


def lower_bound(right: int, cases: int) -> float:
    """The one-sided lower Clopper-Pearson bound of a share."""
    return float(beta.ppf(1 - CONFIDENCE, right, cases - right + 1)) if right else 0.0
