import numpy as np
import pytest

from training.measures import debiased_ece, macro_f1, quadratic_kappa, wilson


def test_kappa_is_one_for_equal_and_zero_for_constant_levels() -> None:
    gold = np.array([1, 2, 3, 4, 2])
    assert quadratic_kappa(gold, gold) == 1
    assert quadratic_kappa(gold, np.full(5, 2)) == 0
    assert quadratic_kappa(gold, 5 - gold) < 0


def test_macro_f1_counts_each_class_alike_and_leaves_out_rare_ones() -> None:
    gold = ["a"] * 8 + ["b"] * 2 + ["c"]
    assert macro_f1(gold, ["a"] * 11, 2) == pytest.approx((16 / 19) / 2)


def test_a_calibrated_model_has_no_calibration_error_beyond_chance() -> None:
    chance = np.random.default_rng(0)
    probability = chance.uniform(0.2, 1, 4000).astype(np.float32)
    assert debiased_ece(probability, chance.uniform(size=4000) < probability) < 0.03
    assert debiased_ece(probability, chance.uniform(size=4000) < probability - 0.2) == pytest.approx(0.2, abs=0.03)


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-4)  # Newcombe (1998), table I
    assert wilson(0, 0) == (0.0, 1.0)
