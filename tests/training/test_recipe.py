"""The stages of teaching end to end, on a tiny base: fit, resume, export, load, and equal answers on both engines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.artifact import LabelSet, ModelError, load
from models.encoder import Encoder
from nlp.reading import read
from training.base import Base
from training.calibrate import fit_calibration, truth_of
from training.collate import Labels, prepare
from training.examples import FLAGS, KINDS, Example
from training.export import export_network, seal
from training.finetune import Recipe, build, collator, fit
from training.lexical import export_lexical
from training.network import ComplaintNetwork
from training.recipe import raw_scores, training_examples

DIALS = Recipe(epochs=2, batch_size=4, encoder_rate=1e-4)


@pytest.fixture
def trained(base: Base, labels: Labels, examples: list[Example], tmp_path: Path) -> ComplaintNetwork:
    torch.manual_seed(1)
    network = build(base, labels)
    rows = prepare(examples, labels, base.tokenizer)
    fit(network, rows, collator(base.tokenizer, len(labels.duties)), DIALS, tmp_path / "checkpoints")
    return network


def test_training_moves_the_network_towards_the_labels(
    base: Base, labels: Labels, examples: list[Example], trained: ComplaintNetwork
) -> None:
    torch.manual_seed(1)
    fresh = build(base, labels)
    batch = collator(base.tokenizer, len(labels.duties))(list(prepare(examples, labels, base.tokenizer)))
    with torch.no_grad():
        assert trained.train(False)(**batch)["loss"] < 0.8 * fresh.train(False)(**batch)["loss"]


def test_a_stopped_run_goes_on_from_its_checkpoint(
    base: Base, labels: Labels, examples: list[Example], trained: ComplaintNetwork, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    again = build(base, labels)
    rows = prepare(examples, labels, base.tokenizer)
    fit(again, rows, collator(base.tokenizer, len(labels.duties)), DIALS, tmp_path / "checkpoints")
    for name, tensor in trained.state_dict().items():
        assert torch.allclose(tensor, again.state_dict()[name]), name


def test_the_served_engine_gives_the_trained_networks_vectors(base: Base, labels: Labels) -> None:
    texts = [["골목 보안등이 꺼졌어요.", "고쳐 주세요."], ["전화 좀 주세요. " * 150]]
    network = build(base, labels).train(False)
    encoder = Encoder({name: array.numpy() for name, array in network.encoder.state_dict().items()}, base.tokenizer)
    sheaf = encoder.encode(texts)
    collate = collator(base.tokenizer, len(labels.duties))
    rows = [{"pieces": [base.tokenizer.encode(one, add_special_tokens=False).ids for one in text]} for text in texts]
    pieces = collate.arrays([row["pieces"] for row in rows])
    with torch.no_grad():
        vectors = network.sentences(*(pieces[name] for name in ("ids", "mask", "pool", "place", "weight", "shape")))
    assert np.abs(vectors.numpy() - sheaf.vectors).max() < 1e-4


def test_a_text_is_answered_alike_alone_and_among_others(base: Base, labels: Labels) -> None:
    network = build(base, labels)
    encoder = Encoder({name: array.numpy() for name, array in network.encoder.state_dict().items()}, base.tokenizer)
    alone = encoder.encode([["보안등이 꺼졌어요."]]).vectors[0, 0]
    among = encoder.encode([["긴 글입니다. " * 60], ["보안등이 꺼졌어요."], ["짧은 글"]]).vectors[1, 0]
    assert np.abs(alone - among).max() < 1e-5


def test_an_exported_model_is_checked_whole_when_it_is_loaded(
    base: Base, labels: Labels, examples: list[Example], trained: ComplaintNetwork, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    export_network(trained, base.tokenizer, LabelSet(labels.duties, KINDS, FLAGS, trained.heads.scale), folder)
    export_lexical([*examples, replace(examples[0], complexity=3, kind="suggestion")] * 4, labels, folder)
    with pytest.raises(ModelError, match="not a model folder"):
        load(folder)
    hard = [*examples, replace(examples[0], complexity=3)]
    scores, lexical, duties = raw_scores(folder, hard)
    calibration = fit_calibration(scores, lexical, truth_of(hard, duties, labels.chart))
    seal(folder, calibration, "test.1", [], [], {}, labels.chart.day)
    classifier = load(folder)
    predictions = classifier.predict(read(one.complaint for one in examples))
    assert [one.model_version for one in predictions] == ["test.1"] * len(examples)
    assert all(abs(one.lead.sum() - 1) < 1e-4 for one in predictions)
    (folder / "heads.npz").write_bytes((folder / "heads.npz").read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=r"heads\.npz is not the file that was released"):
        load(folder)
    (folder / "heads.npz").unlink()
    with pytest.raises(ModelError, match=r"heads\.npz is missing"):
        load(folder)


def test_training_texts_are_the_same_for_the_same_seed(examples: list[Example], labels: Labels) -> None:
    once = training_examples(examples, labels.chart, 5)
    assert once == training_examples(examples, labels.chart, 5)
    assert once != training_examples(examples, labels.chart, 6)
    assert replace(once[0], body="") != once[0]
