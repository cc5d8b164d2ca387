"""The base's own check: trimming the vocabulary changes neither tokens nor embeddings of Korean text."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from nlp.reading import read_one
from training.base import CONFIG, Base, load_base, pieces_of, rebuild
from training.finetune import embed, load_encoder
from training.splits import read_splits

SAMPLE = 64  # texts whose embeddings are compared


def check_base(cache: Path) -> list[str]:
    """Rebuild the base in `cache`, compare it with its untrimmed form on our own texts, and say what was found.

    Raises RuntimeError when a text is cut into other pieces, or an embedding differs.
    """
    tokenizer, weights = rebuild(cache)
    words = weights["embeddings.word_embeddings.weight"]
    full = Base(Tokenizer.from_str(json.dumps(tokenizer)), {**CONFIG, "vocab_size": len(words)}, weights)
    trimmed = load_base(cache)
    texts = [read_one(one.complaint).text for examples in read_splits().named.values() for one in examples]
    differing = differing_texts(full.tokenizer, trimmed.tokenizer, texts)
    if differing:
        raise RuntimeError(f"{differing} of {len(texts)} texts are cut otherwise by the trimmed tokeniser")
    gap = embedding_gap(full, trimmed, texts[:: max(1, len(texts) // SAMPLE)])
    if gap > 1e-5:
        raise RuntimeError(f"embeddings of the trimmed base differ by {gap:.1e}")
    return [
        f"pieces: {len(words):,} before, {trimmed.tokenizer.get_vocab_size():,} after trimming",
        f"parameters: {sum(one.size for one in weights.values()):,} before, "
        f"{sum(one.size for one in trimmed.weights.values()):,} after",
        f"tokens: equal on {len(texts):,} texts, but for pieces of other scripts, which become unknown",
        f"embeddings: equal on {SAMPLE} texts (largest difference {gap:.1e})",
    ]


def differing_texts(full: Tokenizer, trimmed: Tokenizer, texts: Sequence[str]) -> int:
    """How many texts are cut otherwise. A piece that was trimmed away may stand as `<unk>` or in smaller parts."""
    kept = trimmed.get_vocab()
    pairs = zip(pieces_of(full, texts), pieces_of(trimmed, texts), strict=True)
    return sum(one != other and all(piece in kept for piece in one) for one, other in pairs)


@torch.no_grad()
def embedding_gap(full: Base, trimmed: Base, texts: Sequence[str]) -> float:
    """The largest difference of any coordinate of the two bases' embeddings of texts cut alike."""
    same = [text for text in texts if full.tokenizer.encode(text).tokens == trimmed.tokenizer.encode(text).tokens]
    one = embed(load_encoder(full), full.tokenizer, same)
    other = embed(load_encoder(trimmed), trimmed.tokenizer, same)
    return float((one - other).abs().max())
