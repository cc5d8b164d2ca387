"""Calibration on scores made by hand."""

import numpy as np
import pytest
from scipy.stats import binom

from training.calibrate import CONFIDENCE, LEAST, fit_promises, fit_temperature, lower_bound, platt


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
    assert platt(scores, np.zeros(5, bool), np.ones(5, np.float32)) == (1.0, 0.0)
