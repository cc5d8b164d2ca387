"""Trimming, and the reader of the 4-bit file, on small ones made here."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.base import is_korean_piece, trim
from training.q4 import read_q4


@pytest.mark.parametrize("piece", ["▁가로등", "이", "▁2026", "km", "▁CCTV", "…", "▁que", "ry", "▁"])
def test_what_korean_text_uses_is_kept(piece: str) -> None:
    assert is_korean_piece(piece)


@pytest.mark.parametrize("piece", ["▁streetlight", "街灯", "фонарь", "▁über"])
def test_other_scripts_and_long_foreign_words_are_trimmed(piece: str) -> None:
    assert not is_korean_piece(piece)


def test_trimming_keeps_the_tokens_and_the_rows_of_korean_text() -> None:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁가로등", "이", "▁street", "▁꺼", "졌어요", "街", "▁", "<mask>"]
    tokenizer: dict[str, object] = {
        "version": "1.0", "truncation": None, "padding": None,
        "normalizer": None, "post_processor": None, "decoder": None,
        "added_tokens": [
            {"id": i, "content": pieces[i], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True} for i in (0, 1, 2, 3, 11)
        ],
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [[p, -float(i)] for i, p in enumerate(pieces)],
                  "byte_fallback": False},
    }  # fmt: skip
    words = np.arange(len(pieces) * 4, dtype=np.float32).reshape(-1, 4)
    trimmed, rows = trim(tokenizer, words)
    full, small = Tokenizer.from_str(json.dumps(tokenizer)), Tokenizer.from_str(json.dumps(trimmed))
    text = "가로등이 꺼졌어요"
    before, after = full.encode(text), small.encode(text)
    assert before.tokens == after.tokens
    assert np.array_equal(words[before.ids], rows[after.ids])
    assert small.get_vocab_size() == len(pieces) - 2


def q4_file(path: Path, weights: np.ndarray, bias: np.ndarray) -> None:
    """A file with one quantised and one plain tensor."""
    scale = np.float16(0.5)
    nibbles = np.round(weights / np.float32(scale)).astype(np.int64) + 8
    block = scale.tobytes() + bytes(int(nibbles[i]) | int(nibbles[i + 16]) << 4 for i in range(16))
    head = b"E5S1" + struct.pack("<I7if", 1, 4, 1, 1, 4, 8, 8, 2, 1e-12) + struct.pack("<i", 32)
    tokens = struct.pack("<5iQ", 0, 0, 2, 1, 3, 0) + struct.pack("<I", 0) + struct.pack("<iI", 0, 0)
    names = [("w", 1, 32, block), ("b", 0, bias.size, bias.astype("<f4").tobytes())]
    size = len(head) + len(tokens) + 4 + sum(2 + len(name) + 21 for name, *_ in names)
    directory, offset = struct.pack("<i", len(names)), size
    for name, kind, elements, data in names:
        directory += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, elements, offset, len(data))
        )
        offset += len(data)
    path.write_bytes(head + tokens + directory + b"".join(data for *_, data in names))


def test_the_4_bit_file_is_read_as_its_format_says(tmp_path: Path) -> None:
    weights = (np.arange(32) % 16 - 8).astype(np.float32) * 0.5
    bias = np.array([1.5, -2], np.float32)
    q4_file(tmp_path / "a.bin", weights, bias)
    tensors = read_q4(tmp_path / "a.bin")
    assert np.array_equal(tensors["w"], weights)
    assert np.array_equal(tensors["b"], bias)


def test_another_file_is_refused_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(ValueError, match="not an E5S1"):
        read_q4(tmp_path / "a.bin")
