"""Reader of the 4-bit weight file that carries the pretrained base (`E5S1`, little endian)."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
BLOCK_BYTES = 18
FLOAT32 = 0


def read_q4(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor of the file by name, flat, as 32-bit floats.

    Raises ValueError when the file is not of this format.
    """
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is not an E5S1 weight file: it begins with {data[:4]!r}")
    at = 4 + 4 + 7 * 4 + 4 + 4
    pieces = struct.unpack_from("<i", data, at)[0]
    blob = struct.unpack_from("<Q", data, at + 20)[0]
    at += 20 + 8 + 4 * (pieces + 1) + 4 * pieces + blob
    normaliser = struct.unpack_from("<iI", data, at)
    at += 8 + normaliser[1]
    entries = struct.unpack_from("<i", data, at)[0]
    at += 4
    tensors = {}
    for _ in range(entries):
        length = struct.unpack_from("<H", data, at)[0]
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        kind, elements, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        raw = memoryview(data)[offset : offset + size]
        tensors[name] = np.frombuffer(raw, "<f4").copy() if kind == FLOAT32 else unpack(raw, elements)
    return tensors


def unpack(raw: memoryview, elements: int) -> NDArray[np.float32]:
    """Blocks of 32 weights: an f16 scale, then 16 bytes; low nibbles hold weights 0-15, high ones 16-31."""
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
    weights: NDArray[np.float32] = ((nibbles - 8) * scale).reshape(-1)
    if weights.size != elements:
        raise ValueError(f"a tensor holds {weights.size} weights where the directory says {elements}")
    return weights
