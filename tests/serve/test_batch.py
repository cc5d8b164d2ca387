"""The backlog's whole way: a file in, a routed file out, every row kept, in order."""

import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from models.pipeline import Pipeline
from nlp.table import TableError
from serve.batch import Job, classify
from serve.record import ADDED
from tests.serve.conftest import HEADINGS, ROWS, read_csv


def run(pipeline: Pipeline, source: Path, target: Path, **options: object) -> Path:
    classify(Job(source, target, {}, progress=False, **options), pipeline)  # type: ignore[arg-type]
    return target


def test_rows_and_columns_are_kept_in_order_and_ours_are_added(
    pipeline: Pipeline, backlog: Path, tmp_path: Path
) -> None:
    rows = read_csv(run(pipeline, backlog, tmp_path / "out.csv"))
    assert list(rows[0]) == [*HEADINGS, *ADDED]
    assert [row["신청번호"] for row in rows] == [row[0] for row in ROWS]
    assert [row["id"] for row in rows] == [row[0] for row in ROWS]
    assert rows[4]["민원내용"] == ROWS[4][3]
    assert not any(row["error"] for row in rows)  # the third row's title is its text
    for row in rows:
        assert row["lead_office"]
        assert row["duty_1"] in pipeline.chart.duties
        assert row["duty_3"]
        assert float(row["probability_1"]) > 0
        assert row["complexity"] in {"1", "2", "3", "4"}
        assert row["handling"] in {"direct", "coordinator", "consultation"}
        assert row["reasons"]
        assert row["model_version"] == pipeline.classifier.version


def test_a_row_without_a_text_is_marked_and_the_run_goes_on(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    job = Job(backlog, tmp_path / "out.jsonl", {"body": "민원내용", "title": ""}, progress=False)
    tally, _ = classify(job, pipeline)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert tally.rows == 6
    assert [row["id"] for row in rows if row["error"]] == []  # its title is its text
    empty = tmp_path / "empty.csv"
    empty.write_text("번호,내용\n1,\n2,가로등이 꺼졌어요\n", encoding="utf-8")
    rows = read_csv(run(pipeline, empty, tmp_path / "two.csv"))
    assert [(row["번호"], bool(row["error"]), bool(row["lead_office"])) for row in rows] == [
        ("1", True, False),
        ("2", False, True),
    ]


def test_an_agencys_case_is_a_transfer_and_a_firms_is_referred(
    pipeline: Pipeline, backlog: Path, tmp_path: Path
) -> None:
    rows = read_csv(run(pipeline, backlog, tmp_path / "out.csv"))
    assert (rows[3]["lead_office"], rows[3]["transfer"]) == ("kepco", "transfer")
    assert (rows[5]["lead_office"], rows[5]["transfer"]) == ("gas", "refer")


def test_a_caller_who_names_an_office_gets_it(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    assert read_csv(run(pipeline, backlog, tmp_path / "out.csv"))[1]["lead_office"] == "civil_service"


def test_a_workbook_is_for_people(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(run(pipeline, backlog, tmp_path / "out.xlsx", compare="처리부서"))
    assert book.sheetnames == ["요약", "민원"]
    sheet = book["민원"]
    headings = [str(cell.value) for cell in sheet[1]]
    assert headings[:5] == HEADINGS
    assert "주무부서" in headings
    assert "lead_office" not in headings
    assert sheet["A2"].value == "0001"
    assert sheet["C6"].value == "=1+1"
    assert sheet["C6"].data_type == "s"
    assert sheet.auto_filter.ref
    assert sheet.freeze_panes == "A2"
    words = {str(cell.value) for row in book["요약"].iter_rows() for cell in row}
    assert {"처리 방법", "난이도", "주무부서", "과거 처리부서"} <= words


def test_codes_and_korean_can_be_chosen(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    korean = read_csv(run(pipeline, backlog, tmp_path / "korean.csv", korean=True))
    assert korean[0]["처리 방법"] in pipeline.city.handling.values()
    book = openpyxl.load_workbook(run(pipeline, backlog, tmp_path / "codes.xlsx", korean=False))
    assert "lead_office" in [cell.value for cell in book["민원"][1]]


def test_csv_for_excel_has_a_mark_and_no_formula(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    target = run(pipeline, backlog, tmp_path / "out.csv")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_csv(target)[4]["민원제목"] == "'=1+1"


def test_parquet_carries_typed_codes(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    table = pq.read_table(run(pipeline, backlog, tmp_path / "out.parquet"))
    assert str(table.schema.field("complexity").type) == "int64"
    assert str(table.schema.field("probability_1").type) == "double"
    assert table.column("id").to_pylist() == [row[0] for row in ROWS]


def test_the_inputs_own_id_column_is_used_as_it_is(pipeline: Pipeline, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(
        '{"id": "007", "신청번호": "9", "text": "가로등이 꺼졌어요"}\n{"id": "", "text": "불법주차"}\n',
        encoding="utf-8",
    )
    rows = read_csv(run(pipeline, source, tmp_path / "out.csv"))
    assert [row["id"] for row in rows] == ["007", ""]
    assert list(rows[0]).count("id") == 1


def test_a_text_gets_the_same_answer_alone_and_in_a_backlog(pipeline: Pipeline, backlog: Path, tmp_path: Path) -> None:
    whole = read_csv(run(pipeline, backlog, tmp_path / "out.csv"))
    single = tmp_path / "one.csv"
    single.write_text("신청번호,민원제목,민원내용\n0001,골목 보안등," + ROWS[0][3] + "\n", encoding="utf-8")
    (one,) = read_csv(run(pipeline, single, tmp_path / "one_out.csv"))
    same = [key for key in ADDED if key != "due_on"]  # the single file has no date of receipt
    assert {key: one[key] for key in same} == {key: whole[0][key] for key in same}
    assert whole[0]["due_on"]


def test_nothing_stands_under_the_targets_name_until_all_of_it_does(
    pipeline: Pipeline, backlog: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("yesterday", encoding="utf-8")
    with pytest.raises(TableError, match="없는 열"):
        run(pipeline, backlog, target, compare="없는 열")
    assert target.read_text(encoding="utf-8") == "yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backlog.csv", "out.csv"]


def test_past_departments_are_compared_by_name_and_short_name(
    pipeline: Pipeline, backlog: Path, tmp_path: Path
) -> None:
    _, compared = classify(Job(backlog, tmp_path / "out.csv", {}, compare="처리부서", progress=False), pipeline)
    assert compared is not None
    right, cases = compared.totals()
    assert cases == 5
    assert right >= 3
    assert compared.unknown() == ["미래전략과"]


def test_input_and_output_may_not_be_one_file(pipeline: Pipeline, backlog: Path) -> None:
    with pytest.raises(TableError, match="같은 파일"):
        run(pipeline, backlog, backlog)
