"""What all tests share: the shipped pipeline, loaded once, and small real things."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models.city import City, load_city, standard
from models.orgchart import OrgChart, load_orgchart
from models.pipeline import Pipeline, open_pipeline

DAY = date(2026, 11, 26)


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """The shipped model and city."""
    return open_pipeline(day=DAY)


@pytest.fixture(scope="session")
def chart() -> OrgChart:
    """The standard city's org chart."""
    return load_orgchart(standard(), DAY)


@pytest.fixture(scope="session")
def city() -> City:
    """The standard city's rules."""
    return load_city(standard())


@pytest.fixture
def city_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a copy of the standard city's folder with lines of a table replaced."""

    def make(**changes: Callable[[str], str]) -> Path:
        folder = tmp_path / "city"
        folder.mkdir(exist_ok=True)
        for name in ("duties.tsv", "offices.tsv", "city.toml"):
            text = standard().joinpath(name).read_text(encoding="utf-8")
            change = changes.get(name.partition(".")[0])
            (folder / name).write_text(change(text) if change else text, encoding="utf-8")
        return folder

    return make
