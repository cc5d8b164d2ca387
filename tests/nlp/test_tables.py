"""Tables in every format that a city exports, and everything that can be wrong with a file."""

import contextlib
import random
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from nlp.table import TableError
from nlp.tables import open_table

KNOWN = ("민원제목", "민원내용", "신청번호")
ROWS = [["0012", "가로등", "꺼졌어요"], ["0013", "주차", "막혔어요, 매일"]]
HEADINGS = ["신청번호", "민원제목", "민원내용"]


def rows_of(path: Path) -> list[list[object]]:
    return [list(row) for row in open_table(path, KNOWN).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [separator.join(HEADINGS), *(separator.join(f'"{cell}"' for cell in row) for row in ROWS)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding=encoding)
    table = open_table(path, KNOWN)
    assert table.columns == tuple(HEADINGS)
    assert list(table.rows) == ROWS


def test_a_workbook_keeps_leading_zeros_and_skips_the_lines_above_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["민원 처리 현황 (2026년)"])
    sheet.append([])
    sheet.append(HEADINGS)
    for row in ROWS:
        sheet.append(row)
    book.save(path)
    table = open_table(path, KNOWN)
    assert table.columns == tuple(HEADINGS)
    assert list(table.rows) == ROWS


def test_the_sheet_with_known_headings_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "표지"
    first.append(["표지"])
    second = book.create_sheet("민원")
    second.append(HEADINGS)
    second.append(ROWS[0])
    book.save(path)
    assert rows_of(path) == [ROWS[0]]
    with pytest.raises(TableError, match="표지"):
        open_table(path, KNOWN, "없는 시트")


def test_an_html_table_saved_as_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEADINGS, *ROWS])
    path.write_bytes(f"<html><meta charset=euc-kr><table>{cells}</table></html>".encode("cp949"))
    assert rows_of(path) == ROWS


def test_jsonl_and_parquet_are_read(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"id": "7", "body": "가"}\n\n{"id": "8", "body": "나", "more": [1]}\n', encoding="utf-8")
    assert rows_of(lines) == [["7", "가", None], ["8", "나", "[1]"]]
    parquet = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["7"], "at": [datetime(2026, 1, 2)]}), parquet)  # noqa: DTZ001 - as files hold it
    assert rows_of(parquet) == [["7", datetime(2026, 1, 2)]]  # noqa: DTZ001


def test_a_byte_that_is_no_letter_spoils_one_cell_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("신청번호,민원내용\n1,멀쩡한 글입니다 아주 길고 멀쩡한 글입니다\n2,".encode() + b"\xff\xfe\xfa\n")
    assert rows_of(path)[0] == ["1", "멀쩡한 글입니다 아주 길고 멀쩡한 글입니다"]
    assert "\ufffd" in str(rows_of(path)[1][1])


def refused(path: Path) -> str:
    with pytest.raises(TableError) as caught:
        list(open_table(path, KNOWN).rows)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def test_every_unusable_file_gets_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    assert "없습니다" in refused(tmp_path / "missing.xlsx")
    assert "폴더" in refused(tmp_path)
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    assert "비어" in refused(empty)
    heading = tmp_path / "heading.csv"
    heading.write_text("신청번호,민원내용\n", encoding="utf-8")
    assert "비어" in refused(heading)
    unknown = tmp_path / "a.pdf"
    unknown.write_bytes(b"%PDF-1.7 \0\0\0")
    assert "형식" in refused(unknown)
    drm = tmp_path / "drm.xlsx"
    drm.write_bytes(b"<DRMONE  This Document is encrypted")
    assert "DRM" in refused(drm)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(b"PK\x03\x04 not a zip")
    assert "손상" in refused(cut)
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refused(other)
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"))
    assert "암호" in refused(locked)
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"a": 1}\nnot json\n', encoding="utf-8")
    assert "2번째" in refused(broken)


def test_a_workbook_is_not_held_in_memory_by_its_claimed_size(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ROWS[0])
        sheet.write_blank(200_000, 0, None, book.add_format({"bold": True}))
    assert rows_of(path) == [ROWS[0]]


def test_a_file_damaged_anywhere_is_refused_and_never_crashes(tmp_path: Path) -> None:
    whole = tmp_path / "whole.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS)
    for _ in range(300):
        sheet.append(ROWS[0])
    book.save(whole)
    content = whole.read_bytes()
    chance = random.Random(0)
    for turn in range(60):
        damaged = bytearray(content)
        for _ in range(20):
            damaged[chance.randrange(40, len(damaged))] = chance.randrange(256)
        path = tmp_path / f"{turn}.xlsx"
        path.write_bytes(bytes(damaged[: chance.randrange(200, len(damaged) + 1)]))
        with contextlib.suppress(TableError):
            list(open_table(path, KNOWN).rows)
