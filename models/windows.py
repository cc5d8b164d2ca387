"""Windows: the sentences of many texts as batches of token ids, with nothing cut off.

A text's sentences are packed into windows of at most `LIMIT` pieces; a sentence longer than a window goes on in
the next. The encoder gives one vector per sentence and window; `gather` puts them together again by text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

LIMIT = 512
PREFIX = "query:"  # what the e5 family was trained with

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """`ids` with the special pieces; `spans` of pieces, each with the index of its sentence in the whole call."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as arrays: `ids` and `mask` (windows, pieces), `pool` (windows, slots, pieces) with rows that sum
    to one, and for each slot its sentence (-1 where there is none) and how many pieces it holds.
    """

    ids: Integers
    mask: Integers
    pool: Floats
    sentence: Integers
    count: Floats


@dataclass(frozen=True, slots=True)
class Sheaf:
    """The sentence vectors of some texts: `vectors` (texts, sentences, width), zero where a text has fewer, and
    `counts` (texts, sentences), the pieces of each.
    """

    vectors: Floats
    counts: Floats


def piece_id(tokenizer: Tokenizer, piece: str) -> int:
    """The id of a special piece. Raises ValueError when the tokeniser lacks it."""
    found = tokenizer.token_to_id(piece)
    if found is None:
        raise ValueError(f"the tokeniser has no piece {piece}")
    return found


def special_pieces(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """The ids of `<s>`, `</s>` and `<pad>`."""
    return piece_id(tokenizer, "<s>"), piece_id(tokenizer, "</s>"), piece_id(tokenizer, "<pad>")


def tokenise(tokenizer: Tokenizer, sentences: Sequence[str]) -> list[list[int]]:
    """The pieces of each sentence, without special ones; one unknown piece where there is none."""
    unknown = [piece_id(tokenizer, "<unk>")]
    return [encoding.ids or unknown for encoding in tokenizer.encode_batch(sentences, add_special_tokens=False)]


def windows(
    texts: Sequence[Sequence[Sequence[int]]], head: Sequence[int], end: int, limit: int = LIMIT
) -> list[Window]:
    """The windows of the given texts, each a sequence of sentences of pieces.

    Every window begins with `head` and closes with `end`. Sentences are numbered over all texts.
    """
    room = limit - len(head) - 1
    made, at = [], 0
    for text in texts:
        chunks = [(at + i, chunk) for i, pieces in enumerate(text) for chunk in chunked(pieces, room)]
        made += [window(head, end, group) for group in packed(chunks, room)]
        at += len(text)
    return made


def chunked(pieces: Sequence[int], room: int) -> Iterator[Sequence[int]]:
    """The pieces in stretches of at most `room`."""
    return (pieces[i : i + room] for i in range(0, len(pieces), room))


def packed(chunks: list[tuple[int, Sequence[int]]], room: int) -> Iterator[list[tuple[int, Sequence[int]]]]:
    """Groups of chunks that fit one window, in order."""
    group: list[tuple[int, Sequence[int]]] = []
    used = 0
    for number, chunk in chunks:
        if group and used + len(chunk) > room:
            yield group
            group, used = [], 0
        group.append((number, chunk))
        used += len(chunk)
    if group:
        yield group


def window(head: Sequence[int], end: int, group: list[tuple[int, Sequence[int]]]) -> Window:
    """One window of the chunks of `group`."""
    ids, spans = list(head), []
    for number, chunk in group:
        spans.append((len(ids), len(ids) + len(chunk), number))
        ids += chunk
    return Window((*ids, end), tuple(spans))


def batch(group: Sequence[Window], pad: int) -> Batch:
    """Some windows as one batch, padded to the longest."""
    length = max(len(one.ids) for one in group)
    slots = max(len(one.spans) for one in group)
    ids = np.full((len(group), length), pad, np.int64)
    pool = np.zeros((len(group), slots, length), np.float32)
    sentence = np.full((len(group), slots), -1, np.int64)
    for row, one in enumerate(group):
        ids[row, : len(one.ids)] = one.ids
        for slot, (first, last, number) in enumerate(one.spans):
            pool[row, slot, first:last] = 1 / (last - first)
            sentence[row, slot] = number
    mask = (np.arange(length) < np.array([[len(one.ids)] for one in group])).astype(np.int64)
    count = (pool > 0).sum(axis=2).astype(np.float32)
    return Batch(ids, mask, pool, sentence, count)


def gather(batches: Sequence[Batch], pooled: Sequence[Floats], lengths: Sequence[int]) -> Sheaf:
    """Sentence vectors by text.

    `pooled` holds for each batch (windows, slots, width); `lengths` is the number of sentences of each text, in
    the order in which they were numbered. A sentence in several windows is the mean over its pieces.
    """
    width = pooled[0].shape[-1]
    flat = np.zeros((sum(lengths), width), np.float32)
    weight = np.zeros(sum(lengths), np.float32)
    for one, vectors in zip(batches, pooled, strict=True):
        held = one.sentence >= 0
        numbers, counts = one.sentence[held], one.count[held]
        np.add.at(flat, numbers, vectors[held] * counts[:, None])
        np.add.at(weight, numbers, counts)
    flat /= weight[:, None]
    vectors = np.zeros((len(lengths), max(lengths), width), np.float32)
    counts = np.zeros((len(lengths), max(lengths)), np.float32)
    at = 0
    for row, length in enumerate(lengths):
        vectors[row, :length] = flat[at : at + length]
        counts[row, :length] = weight[at : at + length]
        at += length
    return Sheaf(vectors, counts)
