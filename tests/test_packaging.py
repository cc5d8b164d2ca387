"""What an installed wheel holds, seen from outside the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMES = ("nlp", "models", "training", "serve", "config")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_no_other_distribution_owns_our_names() -> None:
    owners = packages_distributions()
    for name in NAMES:
        assert set(owners.get(name, ["minwon"])) == {"minwon"}, (
            f"{name} is owned by {owners[name]}: use an own environment"
        )


def test_the_wheel_holds_every_room_the_city_and_the_model(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"{name}/__init__.py" for name in NAMES} <= names
    assert {"config/duties.tsv", "config/offices.tsv", "config/city.toml"} <= names
    assert {"models/release/manifest.json", "models/release/encoder.npz", "models/data/reasons.toml"} <= names
    assert {"nlp/data/phrases.toml", "nlp/data/privacy.toml", "nlp/data/messages.toml"} <= names
    assert {
        "serve/templates/case.html",
        "serve/static/minwon.css",
        "serve/static/Pretendard-Regular.subset.woff2",
    } <= names
    assert {"serve/migrations/env.py", "serve/migrations/versions/0001_first.py"} <= names
    assert {"training/data/mix.toml", "training/data/signals.tsv"} <= names
    assert not [name for name in names if name.startswith(("tests/", "training/corpus/"))]
    assert wheel.stat().st_size < 60e6


def test_an_installed_wheel_routes_a_file_far_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=False)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = next((tmp_path / "env").rglob("site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries) + "\n", encoding="utf-8")
    source = tmp_path / "in.csv"
    source.write_text("내용\n골목 보안등이 꺼졌어요. 고쳐 주세요.\n", encoding="utf-8")
    command = [str(python), "-P", "-m", "serve", "classify", str(source), "-o", str(tmp_path / "out.csv"), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "roads" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


def test_a_bundle_installs_without_an_index_and_opens_a_store(tmp_path: Path) -> None:
    """What `make bundle` makes, carried to a machine without a network: hashes checked, nothing fetched."""
    bundle = tmp_path / "bundle"
    subprocess.run(["make", "bundle", f"BUNDLE={bundle}"], check=True, capture_output=True, cwd=ROOT)
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / "bin"
    no_network = {**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    subprocess.run(
        [binaries / "pip", "install", "--quiet", "--no-index", "--require-hashes", "--find-links", bundle, "-r",
         bundle / "requirements.txt"],
        check=True, env=no_network, capture_output=True,
    )  # fmt: skip
    admin = [str(binaries / "minwon"), "admin", "--database", f"sqlite:///{tmp_path / 'a.db'}"]
    done = subprocess.run([*admin, "add-key", "counter"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run([*admin, "verify-audit"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_core_needs_no_package_of_training() -> None:
    core = [line for line in requires("minwon") or [] if "extra ==" not in line]
    assert core
    assert not [line for line in core if line.startswith(("torch", "transformers", "scikit", "datasets"))]
    for line in core:
        assert "<" in line or "==" in line, f"{line} has no upper bound"
