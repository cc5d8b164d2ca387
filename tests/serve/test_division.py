"""A published division of work in, a proposed table out, through the real command."""

import csv
import json
from pathlib import Path

import pytest

from nlp.table import TableError
from serve.cli import main
from serve.division import read_tasks

ROWS = {
    "도로관리과": ["가로등 및 보안등 유지관리", "도로 포장 보수 및 포트홀 정비", "제설 대책 수립"],
    "자원재생과": ["생활쓰레기 수거 대행업체 관리", "무단투기 단속 및 CCTV 운영", "대형폐기물 스티커 판매"],
    "교통지도과": ["불법주정차 단속", "주정차 과태료 의견진술 심의"],
    "총무과": ["부서 서무", "각종 회의 준비"],
}


def jsonl(folder: Path) -> Path:
    path = folder / "division.jsonl"
    lines = (json.dumps({"department": name, "tasks": tasks}, ensure_ascii=False) for name, tasks in ROWS.items())
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_duties_go_to_the_departments_whose_tasks_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "proposal.csv"
    assert main(["orgchart", "import", str(jsonl(tmp_path)), "-o", str(output)]) == 0
    proposed = {row["업무 코드"]: row for row in rows_of(output)}
    assert proposed["road.light"]["제안 부서"] == "도로관리과"
    assert proposed["waste.dumping"]["제안 부서"] == "자원재생과"
    assert proposed["parking.illegal"]["제안 부서"] == "교통지도과"
    assert proposed["agency.electricity"]["제안 부서"] == ""
    assert proposed["agency.electricity"]["기관"]
    assert proposed["welfare.funeral"]["제안 부서"] == ""
    left = rows_of(tmp_path / "proposal-해당업무없음.csv")
    assert "총무과" in {row["부서"] for row in left}
    assert "부서를 찾은 업무" in capsys.readouterr().out


def test_a_cell_left_empty_means_the_department_above(tmp_path: Path) -> None:
    path = tmp_path / "division.csv"
    path.write_text("부서명,담당업무\n도로과,가로등 관리\n,제설\n공원과,공원 관리\n", encoding="utf-8")
    assert [(one.department, one.text) for one in read_tasks(path)] == [
        ("도로과", "가로등 관리"),
        ("도로과", "제설"),
        ("공원과", "공원 관리"),
    ]


def test_a_table_without_the_columns_says_which_it_has(tmp_path: Path) -> None:
    path = tmp_path / "division.csv"
    path.write_text("이름,전화\n홍길동,1\n", encoding="utf-8")
    with pytest.raises(TableError, match="이름, 전화"):
        read_tasks(path)
    assert read_tasks(path, "이름", "전화")[0].department == "홍길동"
