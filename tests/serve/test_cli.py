"""The command as its user types it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from serve.cli import main


def minwon(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "serve", *arguments], capture_output=True, text=True, check=False)


def test_classify_prints_a_summary_and_the_reasons(
    backlog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.csv"
    assert main(["classify", str(backlog), "-o", str(target), "--show", "2", "--quiet", "--compare", "처리부서"]) == 0
    said = capsys.readouterr().out
    assert "0001" in said
    assert "처리했습니다" in said
    assert "과거 처리부서와 비교" in said
    assert target.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.csv", None),
        ("empty.csv", b""),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken"),
        ("drm.xlsx", b"NASCA DRM FILE - VER1.00"),
        ("columns.csv", "가,나\n1,2\n".encode()),
    ],
)
def test_an_unusable_file_gets_one_line_and_leaves_nothing(
    name: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / name
    if content is not None:
        source.write_bytes(content)
    assert main(["classify", str(source), "-o", str(tmp_path / "out.xlsx"), "--quiet"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("minwon: ")
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "out.xlsx").exists()
    assert [path.name for path in tmp_path.iterdir()] == ([name] if content is not None else [])


def test_an_unwritable_place_or_unknown_format_is_refused(
    backlog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for target in (tmp_path / "none" / "out.csv", tmp_path / "out.hwp"):
        assert main(["classify", str(backlog), "-o", str(target), "--quiet"]) == 2
        assert str(target) in capsys.readouterr().err


def test_a_broken_model_or_city_is_said_in_a_line(
    backlog: Path, tmp_path: Path, city_folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "out.csv")
    assert main(["classify", str(backlog), "-o", target, "--model", str(tmp_path)]) == 2
    assert "not a model folder" in capsys.readouterr().err
    folder = city_folder(duties=lambda text: text.replace("\troads\t", "\troadz\t", 1))
    assert main(["classify", str(backlog), "-o", target, "--config", str(folder)]) == 2
    assert "unknown office 'roadz'" in capsys.readouterr().err
    assert not Path(target).exists()


def test_another_citys_folder_can_be_chosen(
    backlog: Path, tmp_path: Path, city_folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = city_folder(offices=lambda text: text.replace("도로관리과", "큰길관리과", 1))
    target = tmp_path / "out.csv"
    assert main(["classify", str(backlog), "-o", str(target), "--config", str(folder), "--quiet"]) == 0
    assert "큰길관리과" in capsys.readouterr().out


def test_a_city_can_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    assert "132 duties" in capsys.readouterr().out


def test_the_command_starts_as_a_module_and_names_its_commands() -> None:
    done = minwon("--help")
    assert done.returncode == 0
    assert {"classify", "config", "train"} <= set(done.stdout.split())
