from pathlib import Path

import numpy as np

from models.weights import load_weights, save_weights


def test_matrices_come_back_within_a_step_and_the_rest_as_it_was(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    arrays = {
        "matrix": chance.normal(size=(20, 128)).astype(np.float32),
        "bias": chance.normal(size=20).astype(np.float32),
        "zeros": np.zeros((3, 64), np.float32),
    }
    save_weights(tmp_path / "w.npz", arrays)
    back = load_weights(tmp_path / "w.npz")
    assert np.array_equal(back["bias"], arrays["bias"])
    assert np.array_equal(back["zeros"], arrays["zeros"])
    step = np.abs(arrays["matrix"]).reshape(20, 2, 64).max(axis=2).repeat(64, axis=1) / 127
    assert (np.abs(back["matrix"] - arrays["matrix"]) <= step * 0.51).all()
