"""The house: who may import whom, and which packages stay in which room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {"nlp": set(), "models": {"nlp"}, "training": {"nlp", "models"}, "serve": {"nlp", "models"}}
HEAVY = {"torch", "transformers", "sklearn", "datasets", "accelerate", "matplotlib", "scipy"}


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        others = imported(path) & set(ROOMS) - {room}
        assert others <= ROOMS[room], f"{path} imports {others}"


@pytest.mark.parametrize("room", ["nlp", "models", "serve"])
def test_only_training_needs_the_packages_of_training(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert not imported(path) & HEAVY, path


def test_no_module_hides_a_library() -> None:
    libraries = HEAVY | {"numpy", "tokenizers", "openvino", "evaluate", "tests"}
    names = {path.stem for room in ROOMS for path in (ROOT / room).glob("*.py")}
    assert not names & (libraries - {"evaluate"})


def test_files_stay_small() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            generated = path.parent.name == "versions"  # Alembic's
            assert generated or len(path.read_text(encoding="utf-8").splitlines()) <= 260, path


def test_no_city_is_named_in_code() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            assert "하남" not in code.replace("`하남시 건축과`", ""), path
