"""A real but tiny base and corpus, so that every stage of teaching runs in seconds."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from models.orgchart import OrgChart
from training.base import CONFIG, Base
from training.collate import Labels
from training.examples import Carried, Example

LAYERS = 2


def example(name: str, body: str, duty: str, **fields: object) -> Example:
    """A short labelled complaint whose whole text carries its one duty."""
    held: dict[str, object] = {
        "id": name, "author": name.partition("-")[0], "channel": "web", "title": "", "body": body,
        "duties": (Carried(duty, (body,)),), "lead": duty, "also_lead": (),
        "complexity": 1, "kind": "other", "flags": {},
    }  # fmt: skip
    return Example(**{**held, **fields})  # type: ignore[arg-type]


@pytest.fixture
def examples() -> list[Example]:
    """Eight complaints of four duties, one of them for two offices."""
    both = "공원 벤치가 부서졌어요. 밤마다 술 마시고 싸우니 순찰해 주세요."
    return [
        example("a-001", "골목 보안등이 꺼졌어요.", "road.light"),
        example("a-002", "가로등이 깜빡거립니다 고쳐 주세요", "road.light"),
        example("a-003", "정전이 자주 됩니다.", "agency.electricity"),
        example("a-004", "전신주 전선이 늘어졌어요.", "agency.electricity"),
        example("b-001", "놀이터 그네가 부서졌습니다.", "park.facility"),
        example("b-002", "주차 단속 좀 해주세요", "parking.illegal"),
        example("b-003", "소화전 앞 불법주차입니다.", "parking.illegal"),
        example(
            "b-004", both, "park.facility", title="공원이 무섭습니다", complexity=4,
            duties=(
                Carried("park.facility", ("벤치가 부서졌어요.",)), Carried("agency.police_crime", ("순찰해 주세요.",)),
            ),
        ),
    ]  # fmt: skip


@pytest.fixture
def base() -> Base:
    """A two-layer encoder with random weights over a vocabulary of syllables."""
    letters = sorted(
        {chr(code) for code in range(ord("가"), ord("가") + 11172)} | set("0123456789?!.,:-/() '\"qwertyuiop[]○")
    )
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    vocabulary += [(letter, -3.0) for letter in letters]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    size = tokenizer.get_vocab_size()
    config = {**CONFIG, "vocab_size": size, "num_hidden_layers": LAYERS}
    return Base(tokenizer, config, random_weights(size))


def random_weights(size: int) -> dict[str, np.ndarray]:
    """A state dict of the base's shape with few layers."""
    chance = np.random.default_rng(0)

    def normal(*shape: int) -> np.ndarray:
        return chance.normal(0, 0.05, shape).astype(np.float32)

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.weight": np.ones(384, np.float32), f"{name}.bias": np.zeros(384, np.float32)}

    weights = {
        "embeddings.word_embeddings.weight": normal(size, 384),
        "embeddings.position_embeddings.weight": normal(512, 384),
        "embeddings.token_type_embeddings.weight": normal(2, 384),
        **norm("embeddings.LayerNorm"),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for part, rows, columns in (
            ("attention.self.query", 384, 384), ("attention.self.key", 384, 384), ("attention.self.value", 384, 384),
            ("attention.output.dense", 384, 384), ("intermediate.dense", 1536, 384), ("output.dense", 384, 1536),
        ):  # fmt: skip
            weights |= {f"{at}{part}.weight": normal(rows, columns), f"{at}{part}.bias": normal(rows)}
        weights |= norm(f"{at}attention.output.LayerNorm") | norm(f"{at}output.LayerNorm")
    return weights


@pytest.fixture
def labels(chart: OrgChart) -> Labels:
    """All duties of the standard city."""
    return Labels(tuple(chart.duties), chart)


@pytest.fixture
def corpus(tmp_path: Path, examples: list[Example]) -> Path:
    """The examples as a corpus on disk: author `a` trains, `b` is held out, and two more measure."""
    from training.examples import write_examples

    folder = tmp_path / "corpus"
    write_examples(folder / "train" / "a.jsonl", [one for one in examples if one.author == "a"])
    write_examples(folder / "heldout" / "b.jsonl", [one for one in examples if one.author == "b"])
    write_examples(folder / "natural" / "c.jsonl", [example("c-001", "가로수 가지를 쳐 주세요", "park.tree")])
    write_examples(folder / "several" / "d.jsonl", [example("d-001", "버스가 안 섭니다", "transit.bus_service")])
    assert json.loads((folder / "natural" / "c.jsonl").read_text(encoding="utf-8"))["id"] == "c-001"
    return folder
