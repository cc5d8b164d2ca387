"""One model folder: its layout as data, and how it is loaded, checked and written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.calibration import Calibration, from_json
from models.encoder import Encoder
from models.heads import Heads, Sizes
from models.lexical import Lexical
from models.neural import NeuralClassifier
from models.weights import load_weights

Floats = NDArray[np.float32]

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a model folder."""

    encoder: str = "encoder.npz"
    heads: str = "heads.npz"
    lexical: str = "lexical.npz"
    ngrams: str = "ngrams.json"
    tokenizer: str = "tokenizer.json"
    labels: str = "labels.json"
    calibration: str = "calibration.json"

    @property
    def names(self) -> tuple[str, ...]:
        """All files but the manifest."""
        return (
            self.encoder, self.heads, self.lexical, self.ngrams, self.tokenizer, self.labels, self.calibration,
        )  # fmt: skip


LAYOUT = Layout()


class ModelError(ValueError):
    """A model folder cannot be used. The message names the file, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class LabelSet:
    """What the heads' numbers mean."""

    duties: tuple[str, ...]
    kinds: tuple[str, ...]
    flags: tuple[str, ...]
    scale: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder says of itself: `files` maps each name to its SHA-256, `corpus` and `config` are the
    hashes of what it was trained on, `metrics` figures measured when it was made.
    """

    version: str
    created: date
    base: str
    files: Mapping[str, str]
    corpus: str
    config: str
    metrics: Mapping[str, float]


def shipped() -> Traversable:
    """The model that comes with the package."""
    return files("models").joinpath("release")


def load(folder: Traversable, threads: int = 0) -> NeuralClassifier:
    """The classifier of a model folder, after checking every file's hash.

    Raises ModelError for a missing, changed or unreadable file.
    """
    manifest = read_manifest(folder)
    with as_file(folder) as path:
        verify(path, manifest)
        try:
            return assemble(path, manifest.version, threads)
        except (KeyError, ValueError, TypeError) as error:
            raise ModelError(f"{folder}: the model cannot be read: {error}: install the package again") from error


def read_manifest(folder: Traversable) -> Manifest:
    """The folder's manifest. Raises ModelError when there is none or it is not one."""
    try:
        fields = json.loads(folder.joinpath(MANIFEST).read_text(encoding="utf-8"))
        return Manifest(created=date.fromisoformat(fields.pop("created")), **fields)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(f"{folder}: no {MANIFEST}: this is not a model folder; name one with --model") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder}: {MANIFEST} is broken ({error}): copy the model folder again") from error


def verify(folder: Path, manifest: Manifest) -> None:
    """Raises ModelError unless every file is there with the hash that the manifest gives."""
    for name in LAYOUT.names:
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{folder}: {name} is missing: copy the model folder again, whole")
        if digest(path) != manifest.files.get(name):
            raise ModelError(f"{folder}: {name} is not the file that was released (hash differs): copy it again")


def assemble(path: Path, version: str, threads: int, calibration: Calibration | None = None) -> NeuralClassifier:
    """The classifier from files that were verified; `calibration` stands for the folder's own where it is given."""
    labels = read_labels(path)
    arrays = load_weights(path / LAYOUT.heads)
    sizes = Sizes(len(arrays["request"]), len(labels.duties), len(labels.kinds), len(labels.flags))
    encoder = Encoder(load_weights(path / LAYOUT.encoder), Tokenizer.from_file(str(path / LAYOUT.tokenizer)), threads)
    return NeuralClassifier(
        version,
        encoder,
        Heads(arrays, sizes, labels.scale),
        read_lexical(path, labels),
        calibration or read_calibration(path),
        labels.duties,
        labels.kinds,
        labels.flags,
    )


def read_lexical(path: Path, labels: LabelSet) -> Lexical:
    """The folder's lexical model."""
    arrays = load_weights(path / LAYOUT.lexical)
    grams = json.loads((path / LAYOUT.ngrams).read_text(encoding="utf-8"))
    weights = np.ascontiguousarray(arrays["weights"].T[: len(grams)])
    rows = {gram: row for row, gram in enumerate(grams)}
    return Lexical(rows, arrays["idf"], weights, arrays["bias"], len(labels.duties), len(labels.kinds))


def read_labels(path: Path) -> LabelSet:
    """The folder's label set. Raises KeyError or TypeError when something is missing."""
    held: dict[str, Any] = read_json(path / LAYOUT.labels)
    return LabelSet(tuple(held["duties"]), tuple(held["kinds"]), tuple(held["flags"]), float(held["scale"]))


def read_calibration(path: Path) -> Calibration:
    """The folder's calibration."""
    return from_json(read_json(path / LAYOUT.calibration))


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file."""
    held = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(held, dict):
        raise ValueError(f"{path.name} holds no object")
    return held


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, last: its presence means that the folder is whole."""
    fields = asdict(manifest) | {"created": manifest.created.isoformat()}
    (folder / MANIFEST).write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
