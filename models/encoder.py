"""The encoder on the CPU engine that serves: windows in, sentence vectors out, in 32-bit floats.

The graph is built from the weights at load (OpenVINO opset 13), so that no second copy of the model lies on disk.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op
from tokenizers import Tokenizer

from models.windows import PREFIX, Batch, Sheaf, Window, batch, gather, special_pieces, tokenise, windows

HEADS = 12
EPSILON = 1e-12
BUDGET = 6144  # pieces in one call of the engine, padding included
MOST = 64  # windows in one call
SPREAD, SLACK = 1.25, 4  # a window is no longer than the group's shortest times this, and so many pieces: padding costs

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


class Encoder:
    """The compiled encoder with its tokeniser. One object serves one thread at a time."""

    def __init__(self, weights: Weights, tokenizer: Tokenizer, threads: int = 0) -> None:
        """`threads` 0 leaves the number to the engine (one for each core)."""
        self.tokenizer = tokenizer
        self.start, self.end, self.pad = special_pieces(tokenizer)
        self.head = (self.start, *tokenizer.encode(PREFIX, add_special_tokens=False).ids)
        properties: dict[str, object] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        if threads:
            properties["INFERENCE_NUM_THREADS"] = threads
        self.request = ov.Core().compile_model(graph(weights), "CPU", properties).create_infer_request()

    def encode(self, texts: Sequence[Sequence[str]]) -> Sheaf:
        """Sentence vectors of texts, each given as its sentences (at least one)."""
        flat = tokenise(self.tokenizer, [sentence for text in texts for sentence in text])
        rows = iter(flat)
        pieces = [[next(rows) for _ in text] for text in texts]
        made = sorted(windows(pieces, self.head, self.end), key=lambda one: len(one.ids))
        batches = [batch(group, self.pad) for group in grouped(made)]
        return gather(batches, [self.run(one) for one in batches], [len(text) for text in texts])

    def run(self, one: Batch) -> Floats:
        """The engine's answer to one batch: pooled vectors (windows, slots, width)."""
        answer = self.request.infer({"ids": one.ids, "mask": one.mask, "pool": one.pool})
        pooled: Floats = np.array(answer[0])
        return pooled


def grouped(made: Sequence[Window]) -> Iterator[list[Window]]:
    """Windows, shortest first, in groups that the engine takes in one call: of much the same length, not too many."""
    group: list[Window] = []
    for one in made:
        full = len(group) == MOST or len(one.ids) * (len(group) + 1) > BUDGET
        if group and (full or len(one.ids) > SPREAD * len(group[0].ids) + SLACK):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def graph(weights: Weights) -> ov.Model:
    """A BERT encoder (post-norm, exact GELU) whose output is the pooled vectors of each window's slots."""
    ids = op.parameter([-1, -1], np.int64, name="ids")
    mask = op.parameter([-1, -1], np.int64, name="mask")
    pool = op.parameter([-1, -1, -1], np.float32, name="pool")
    hidden = embeddings(ids, weights)
    keep = op.convert(mask, "f32")
    bias = op.multiply(op.subtract(op.constant(np.float32(1)), keep), op.constant(np.float32(-1e9)))
    bias = op.unsqueeze(bias, op.constant(np.array([1, 2])))
    for layer in range(depth(weights)):
        hidden = transformer_layer(hidden, bias, weights, f"encoder.layer.{layer}.")
    pooled = op.matmul(pool, hidden, False, False)
    return ov.Model([op.result(pooled)], [ids, mask, pool], "minwon")


def depth(weights: Weights) -> int:
    """How many layers the weights hold."""
    return len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})


def embeddings(ids: ov.Node, weights: Weights) -> ov.Node:
    """Word, position and type embeddings, summed and normalised."""
    zero = op.constant(np.int64(0))
    words = op.gather(op.constant(weights["embeddings.word_embeddings.weight"]), ids, zero)
    length = op.gather(op.shape_of(ids), op.constant(np.int64(1)), zero)
    places = op.range(zero, length, op.constant(np.int64(1)), "i64")
    positions = op.gather(op.constant(weights["embeddings.position_embeddings.weight"]), places, zero)
    kind = op.constant(weights["embeddings.token_type_embeddings.weight"][0])
    return normalised(op.add(op.add(words, positions), kind), weights, "embeddings.LayerNorm.")


def transformer_layer(hidden: ov.Node, bias: ov.Node, weights: Weights, at: str) -> ov.Node:
    """Self-attention and feed-forward, each added to its input and normalised."""
    parts = [split_heads(linear(hidden, weights, f"{at}attention.self.{one}.")) for one in ("query", "key", "value")]
    mixed = op.scaled_dot_product_attention(*parts, bias)
    mixed = op.transpose(mixed, op.constant(np.array([0, 2, 1, 3])))
    mixed = op.reshape(mixed, op.constant(np.array([0, 0, -1])), True)
    attended = linear(mixed, weights, f"{at}attention.output.dense.")
    hidden = normalised(op.add(hidden, attended), weights, f"{at}attention.output.LayerNorm.")
    inner = op.gelu(linear(hidden, weights, f"{at}intermediate.dense."), "erf")
    outer = linear(inner, weights, f"{at}output.dense.")
    return normalised(op.add(hidden, outer), weights, f"{at}output.LayerNorm.")


def split_heads(projected: ov.Node) -> ov.Node:
    """(batch, pieces, width) to (batch, heads, pieces, width / heads)."""
    shaped = op.reshape(projected, op.constant(np.array([0, 0, HEADS, -1])), True)
    return op.transpose(shaped, op.constant(np.array([0, 2, 1, 3])))


def linear(value: ov.Node, weights: Weights, at: str) -> ov.Node:
    """An affine map."""
    mapped = op.matmul(value, op.constant(weights[f"{at}weight"]), False, True)
    return op.add(mapped, op.constant(weights[f"{at}bias"]))


def normalised(value: ov.Node, weights: Weights, at: str) -> ov.Node:
    """Layer normalisation."""
    centred = op.mvn(value, op.constant(np.array([-1])), True, EPSILON, "inside_sqrt")
    scaled = op.multiply(centred, op.constant(weights[f"{at}weight"]))
    return op.add(scaled, op.constant(weights[f"{at}bias"]))
