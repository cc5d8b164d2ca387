"""Weights on disk: matrices at 8 bits in groups, expanded to 32-bit floats when they are loaded."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

GROUP = 64
SCALE = ".scale"

Floats = NDArray[np.float32]


def save_weights(path: Path, arrays: Mapping[str, Floats]) -> None:
    """Write arrays as one .npz: matrices whose rows are whole groups as int8 with an f16 scale per group of 64,
    everything else as it is.
    """
    packed: dict[str, NDArray[np.generic]] = {}
    for name, array in arrays.items():
        if array.ndim == 2 and array.shape[1] % GROUP == 0:
            packed[name], packed[name + SCALE] = quantise(array)
        else:
            packed[name] = array
    with path.open("wb") as file:
        np.savez(file, **packed)  # type: ignore[arg-type]


def load_weights(path: Path) -> dict[str, Floats]:
    """The arrays of `save_weights`, all as 32-bit floats."""
    with np.load(path, allow_pickle=False) as held:
        names = [name for name in held.files if not name.endswith(SCALE)]
        return {
            name: expand(held[name], held[name + SCALE])
            if name + SCALE in held.files
            else held[name].astype(np.float32)
            for name in names
        }


def quantise(matrix: Floats) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Symmetric rounding to -127..127 in groups of 64 along each row; scales (rows, groups)."""
    groups = matrix.reshape(len(matrix), -1, GROUP)
    scale = (np.abs(groups).max(axis=2) / 127).astype(np.float16)
    safe = np.where(scale == 0, np.float16(1), scale).astype(np.float32)
    rounded = np.clip(np.rint(groups / safe[..., None]), -127, 127).astype(np.int8)
    return rounded.reshape(matrix.shape), scale


def expand(rounded: NDArray[np.int8], scale: NDArray[np.float16]) -> Floats:
    """The inverse of `quantise`, up to rounding."""
    groups = rounded.reshape(len(rounded), -1, GROUP).astype(np.float32)
    full: Floats = (groups * scale.astype(np.float32)[..., None]).reshape(rounded.shape)
    return full
