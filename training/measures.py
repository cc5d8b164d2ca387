"""Measures of a routing, as an office would feel them."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score, f1_score

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


def quadratic_kappa(gold: Integers, got: Integers) -> float:
    """Quadratic-weighted kappa of levels 1 to 4 (Cohen, 1968)."""
    return float(np.nan_to_num(cohen_kappa_score(gold, got, labels=[1, 2, 3, 4], weights="quadratic")))


def macro_f1(gold: list[str], got: list[str], least: int) -> float:
    """Mean F1 over the classes with at least `least` cases in `gold`."""
    labels = sorted({label for label in gold if gold.count(label) >= least})
    return float(f1_score(gold, got, labels=labels, average="macro", zero_division=0))


def debiased_ece(probability: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over bins of equal size, less what chance alone would show.

    The debiased L2 estimator of Kumar, Liang and Ma (2019): from each bin's squared gap its variance is taken off.
    """
    order = np.argsort(probability)
    total = 0.0
    for part in np.array_split(order, bins):
        if len(part) < 2:
            continue
        hit = right[part].mean()
        gap = (probability[part].mean() - hit) ** 2 - hit * (1 - hit) / (len(part) - 1)
        total += gap * len(part) / len(order)
    return float(np.sqrt(max(0.0, total)))


def wilson(hits: int, cases: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval (1927) of a share at 95 %."""
    if cases == 0:
        return 0.0, 1.0
    share = hits / cases
    centre = share + z * z / (2 * cases)
    spread = z * np.sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    low, high = ((centre + side) / (1 + z * z / cases) for side in (-spread, spread))
    return max(0.0, float(low)), min(1.0, float(high))
