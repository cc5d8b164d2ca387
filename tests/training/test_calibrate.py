"""Calibration on scores made by hand."""

import numpy as np
import pytest
from scipy.stats import binom

from training.calibrate import (
    CONFIDENCE,
    FOUND,
    LEAST,
    NAMED,
    SHIFT,
    Truth,
    fit_line,
    fit_promises,
    fit_sets,
    fit_support,
    fit_temperature,
    lower_bound,
)


def test_a_promise_keeps_its_rate_on_new_texts() -> None:
    chance = np.random.default_rng(3)
    kept = []
    for _ in range(60):
        sure = chance.uniform(0.3, 1, 400).astype(np.float32)
        right = chance.uniform(size=400) < sure
        made = {one.wanted: one for one in fit_promises(sure[:, None], right[:, None])}
        if 0.9 in made:
            kept.append((1 + made[0.9].threshold) / 2 >= 0.9)  # the true rate of a uniform above the threshold
    assert np.mean(kept) >= CONFIDENCE - 0.1


def test_no_promise_is_made_on_a_handful_of_cases() -> None:
    sure = np.linspace(0.5, 1, LEAST - 1, dtype=np.float32)
    assert fit_promises(sure[:, None], np.ones((LEAST - 1, 1), bool)) == ()


def test_the_bound_is_clopper_and_pearsons() -> None:
    low = lower_bound(283, 294)
    assert binom.sf(282, 294, low) == pytest.approx(1 - CONFIDENCE, abs=1e-6)
    assert lower_bound(0, 10) == 0


def test_a_temperature_undoes_overconfidence() -> None:
    chance = np.random.default_rng(0)
    scores = chance.normal(size=(4000, 6)).astype(np.float32)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    target = np.array([chance.choice(6, p=row / row.sum()) for row in shares.astype(np.float64)])
    assert fit_temperature(3 * scores, target) == pytest.approx(3, rel=0.1)


def test_a_class_that_never_occurs_leaves_its_scores_alone() -> None:
    scores = np.zeros(5, np.float32)
    assert fit_line(scores, scores, scores, np.zeros(5, bool), np.ones(5, np.float32)) == (1.0, 0.0, 0.0, 0.0)


def test_an_office_set_holds_the_right_office_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    offices = chance.dirichlet(np.full(12, 0.3), 3000).astype(np.float32)
    right = np.zeros_like(offices, bool)
    right[np.arange(3000), [chance.choice(12, p=row / row.sum()) for row in offices.astype(np.float64)]] = True
    thresholds = dict(fit_sets(offices[:1500], right[:1500]))
    for wanted in (0.8, 0.9, 0.95):
        held = ((offices[1500:] >= thresholds[wanted]) & right[1500:]).any(axis=1).mean()
        assert held == pytest.approx(wanted + SHIFT, abs=0.025)


def test_naming_wants_precision_and_looking_wants_recall() -> None:
    chance = np.random.default_rng(6)
    n = 2000
    true = chance.uniform(size=n) < 0.2
    several = np.clip(0.25 + 0.5 * true + 0.2 * chance.normal(size=n), 0.01, 0.99).astype(np.float32)
    lead = np.tile(np.array([0.9, 0.1], np.float32), (n, 1))
    present = np.stack([np.full(n, 0.9, np.float32), several], axis=1)
    truth = Truth(
        lead=np.zeros(n, np.int64), present=present > 0.5, leads=present > 0.5,
        several=np.stack([true, true], axis=1), level=np.ones(n, np.int64), kind=np.zeros(n, np.int64),
        flags=np.zeros((n, 4), bool), member=np.eye(2, dtype=np.float32),
        level_weight=np.ones(n, np.float32), kind_weight=np.ones(n, np.float32),
    )  # fmt: skip
    named, looked = fit_support(lead, present, several, truth)
    strongest = several * present[:, 1]
    assert true[strongest >= named].mean() == pytest.approx(NAMED, abs=0.02)
    assert (several >= looked)[true].mean() == pytest.approx(FOUND, abs=0.02)
