"""Duties added to the model that ships, after one was taken out of it."""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.artifact import LAYOUT, load, read_calibration, read_manifest
from models.city import load_city, standard
from models.orgchart import OrgChart
from models.pipeline import Pipeline, assemble
from models.weights import load_weights, save_weights
from nlp.complaint import Complaint
from training.examples import Example
from training.export import seal, write_json
from training.open_doors import extend
from training.recipe import covered
from training.splits import read_splits

GONE = "road.snow"
RELEASE = Path(__file__).parents[2] / "models" / "release"
SNOWY = "어제 온 눈이 골목에 꽁꽁 얼었는데 제설을 아직 안 해 줍니다. 염화칼슘 좀 뿌려 주세요."


def without(folder: Path, duty: str) -> Path:
    """The shipped model without one duty's rows."""
    shutil.copytree(RELEASE, folder)
    labels = json.loads((folder / LAYOUT.labels).read_text(encoding="utf-8"))
    row = labels["duties"].index(duty)
    with np.load(folder / LAYOUT.heads) as held:
        heads = {name: held[name] for name in held.files}
    for name in ("lead", "duty", "sentence"):
        heads[f"{name}.weight"] = np.delete(heads[f"{name}.weight"], row, axis=0)
        heads[f"{name}.bias"] = np.delete(heads[f"{name}.bias"], row)
    with (folder / LAYOUT.heads).open("wb") as file:
        np.savez(file, **heads)
    lexical = load_weights(folder / LAYOUT.lexical)
    save_weights(folder / LAYOUT.lexical, {
        **lexical, "weights": np.delete(lexical["weights"], row, axis=0), "bias": np.delete(lexical["bias"], row)
    })  # fmt: skip
    labels["duties"].remove(duty)
    write_json(folder / LAYOUT.labels, labels)
    seal(folder, read_calibration(folder), "without", [], [], {}, date(2026, 11, 26))
    return folder


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return without(tmp_path_factory.mktemp("cut") / "model", GONE)


@pytest.fixture(scope="module")
def known(cut: Path) -> list[Example]:
    return covered(read_splits().heldout, load(cut).duties)


def opened(folder: Path, chart: OrgChart) -> Pipeline:
    return assemble(load(folder), chart, load_city(standard()))


def leads(pipeline: Pipeline, *texts: str) -> list[str]:
    complaints: Sequence[Complaint] = [Complaint(id=str(number), body=text) for number, text in enumerate(texts)]
    return [one.routing.top[0].duty for one in pipeline.route(complaints)]


def test_a_new_duty_is_told_from_its_words_and_five_texts(
    cut: Path, known: list[Example], chart: OrgChart, tmp_path: Path
) -> None:
    five = [one for one in read_splits().train if one.lead == GONE][:5]
    extend(cut, tmp_path / "model", chart, five, known, "with five")
    pipeline = opened(tmp_path / "model", chart)
    assert leads(pipeline, SNOWY, "여권을 잃어버렸는데 다시 만들려면 뭐가 필요한가요?") == [GONE, "civil.passport"]
    assert pipeline.classifier.version == "with five"
    assert read_manifest(tmp_path / "model").corpus == read_manifest(cut).corpus


def test_a_duty_that_was_never_added_cannot_lead(cut: Path, chart: OrgChart) -> None:
    assert leads(opened(cut, chart), SNOWY) != [GONE]


def test_an_example_of_an_old_duty_is_refused_by_name(
    cut: Path, known: list[Example], chart: OrgChart, tmp_path: Path
) -> None:
    old = [one for one in read_splits().train if one.lead == "civil.passport"][:1]
    with pytest.raises(ValueError, match=r"civil\.passport"):
        extend(cut, tmp_path / "model", chart, old, known, "wrong")
    assert not (tmp_path / "model").exists()


def test_a_model_that_knows_all_duties_has_nothing_to_add(chart: OrgChart, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to add"):
        extend(RELEASE, tmp_path / "model", chart, [], [], "same")
