"""Tables of complaints: files of many kinds as columns and rows, read as a stream.

What a file is, its first bytes tell, not its name: a portal's `.xls` may be an HTML page, and a `.csv` a workbook.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlrd
from lxml import etree, html
from openpyxl.utils.exceptions import InvalidFileException

from nlp.messages import say

Cell = str | int | float | bool | date | datetime | time | None
Row = list[Cell]

HEADER_WITHIN = 10  # rows above the headings that an export may have
PEEK = 65_536
DRM_MARKS = (b"DRMONE", b"NASCA DRM", b"SCDSA", b"Fasoo", b"\x9b DRM", b"MarkAny", b"SOFTCAMP", b"DOCUMENTSAFER")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class TableError(ValueError):
    """A file cannot be read or written. The message says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows. `columns` are its headings as written; `total` how many rows, where the file tells."""

    path: Path
    columns: tuple[str, ...]
    rows: Iterator[Row] = field(repr=False)
    total: int | None = None
    schema: pa.Schema | None = None


Reader = Callable[[Path, Sequence[str], str], Table]


def open_table(path: Path, known: Sequence[str] = (), sheet: str = "") -> Table:
    """Open a file of complaints. `known` are headings that tell the heading row from what stands above it.

    Raises TableError for a file that is missing, locked, protected, empty or of no known format.
    """
    head = first_bytes(path)
    try:
        return reader_of(path, head)(path, known, sheet)
    except TableError:
        raise
    except PermissionError as error:
        raise TableError(say("locked", path=path)) from error
    except (
        OSError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        pa.ArrowException,
        xlrd.XLRDError,
        etree.LxmlError,
    ) as error:
        raise TableError(say("broken", path=path, detail=type(error).__name__)) from error


def first_bytes(path: Path) -> bytes:
    """The beginning of the file, after checking that there is one to read."""
    if path.is_dir():
        raise TableError(say("folder", path=path))
    try:
        with path.open("rb") as file:
            head = file.read(PEEK)
    except FileNotFoundError as error:
        raise TableError(say("missing", path=path)) from error
    except OSError as error:
        raise TableError(say("locked", path=path)) from error
    if not head.strip():
        raise TableError(say("empty", path=path))
    if any(mark in head[:512] for mark in DRM_MARKS):
        raise TableError(say("drm", path=path))
    return head


def reader_of(path: Path, head: bytes) -> "Reader":
    """The reader for what the first bytes show."""
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"PK"):
        return read_xlsx
    if head.startswith(b"PAR1"):
        return read_parquet
    if head.startswith(OLE):
        return read_xls
    if (
        start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<?xml", b"<style"))
        and b"<t" in head.lower()
    ):
        return read_html
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"} or (start.startswith(b"{") and b'":' in start):
        return read_jsonl
    if b"\0" in head[:4096] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError(say("format", path=path))
    if path.suffix.lower() not in {".csv", ".tsv", ".txt", ".xls", ".xlsx"}:
        raise TableError(say("format", path=path))
    return read_csv


def read_csv(path: Path, known: Sequence[str], _sheet: str) -> Table:
    """Comma, semicolon or tab separated text in UTF-8 or CP949; a byte that fits neither becomes U+FFFD."""
    encoding = encoding_of(path)
    raw = path.open(encoding=encoding, errors="replace", newline="")
    sample = raw.read(PEEK)
    raw.seek(0)
    first = next((line for line in sample.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(10_000_000)
    rows: Iterator[Row] = ([cell or None for cell in row] for row in csv.reader(raw, delimiter=delimiter))
    return headed(path, rows, known, None)


def encoding_of(path: Path) -> str:
    """The encoding that reads the whole file; UTF-8 wins where a few bytes are broken in both."""
    for encoding in ("utf-8-sig", "cp949"):
        if path.open("rb").read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raw = path.open("rb").read(1 << 22)
    losses = {one: raw.decode(one, errors="replace").count("\ufffd") for one in ("utf-8-sig", "cp949")}
    best = min(losses, key=lambda one: losses[one])
    if losses[best] * 5 > len(raw):
        raise TableError(say("encoding", path=path))
    return best


def read_jsonl(path: Path, _known: Sequence[str], _sheet: str) -> Table:
    """JSON Lines: one object a line. The columns are those of all objects, in the order of their first appearance."""
    columns: dict[str, None] = {}
    total = 0
    for _, record in json_lines(path):
        columns |= dict.fromkeys(record)
        total += 1
    if not total:
        raise TableError(say("empty", path=path))
    names = tuple(columns)
    rows: Iterator[Row] = ([flat(record.get(name)) for name in names] for _, record in json_lines(path))
    return Table(path, names, rows, total)


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers."""
    with path.open(encoding=encoding_of(path), errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise TableError(say("json_line", path=path, line=number))
            yield number, record


def flat(value: object) -> Cell:
    """A JSON value as a cell; lists and objects stay JSON."""
    return (
        value if value is None or isinstance(value, str | int | float | bool) else json.dumps(value, ensure_ascii=False)
    )


def read_parquet(path: Path, _known: Sequence[str], _sheet: str) -> Table:
    """Parquet, batch by batch."""
    file = pq.ParquetFile(path)
    if not file.metadata.num_rows:
        raise TableError(say("empty", path=path))
    rows = (
        list(values)
        for batch in file.iter_batches(batch_size=4096)
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    )
    return Table(path, tuple(file.schema_arrow.names), rows, file.metadata.num_rows, file.schema_arrow)


def read_xlsx(path: Path, known: Sequence[str], sheet: str) -> Table:
    """A workbook: the named sheet, else the first whose headings are known, else the first with rows."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (KeyError, InvalidFileException) as error:
        raise TableError(say("format", path=path)) from error
    names = [sheet] if sheet else book.sheetnames
    if sheet and sheet not in book.sheetnames:
        raise TableError(say("sheet", path=path, sheet=sheet, sheets=", ".join(book.sheetnames)))
    chosen = max(names, key=lambda name: familiarity(sheet_rows(book, name), known))
    return headed(path, sheet_rows(book, chosen), known, None)


def sheet_rows(book: openpyxl.Workbook, name: str) -> Iterator[Row]:
    """The rows of a worksheet; its claimed size is not believed, exports often get it wrong."""
    sheet = book[name]
    if not hasattr(sheet, "reset_dimensions"):
        return iter(())
    sheet.reset_dimensions()
    rows: Iterator[Row] = ([plain(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    return rows


def plain(cell: object) -> Cell:
    """A workbook's value as a cell; what is none of them, such as a formula's object, as text."""
    return cell if cell is None or isinstance(cell, str | int | float | date | time) else str(cell)


def familiarity(rows: Iterator[Row], known: Sequence[str]) -> int:
    """How many known headings a row near the top holds at best; 0 with rows, -1 without."""
    squeezed = {squeeze(name) for name in known}
    top = [row for _, row in zip(range(HEADER_WITHIN), rows, strict=False)]
    return max((sum(squeeze(text(cell)) in squeezed for cell in row) for row in top), default=-1)


def read_xls(path: Path, known: Sequence[str], sheet: str) -> Table:
    """An old workbook (BIFF). A modern one with a password looks the same from outside, and is refused."""
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise TableError(say("password", path=path))
    try:
        book = xlrd.open_workbook(path, on_demand=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        raise TableError(say("password" if "encrypted" in str(error) else "format", path=path)) from error
    names = book.sheet_names()
    if sheet and sheet not in names:
        raise TableError(say("sheet", path=path, sheet=sheet, sheets=", ".join(names)))
    chosen = max([sheet] if sheet else names, key=lambda name: familiarity(xls_rows(book, name), known))
    return headed(path, xls_rows(book, chosen), known, book.sheet_by_name(chosen).nrows)


def xls_rows(book: xlrd.Book, name: str) -> Iterator[Row]:
    """The rows of an old worksheet, dates as dates and whole numbers as such."""
    sheet = book.sheet_by_name(name)
    return ([xls_cell(cell, book.datemode) for cell in sheet.row(number)] for number in range(sheet.nrows))


def xls_cell(cell: xlrd.sheet.Cell, mode: int) -> Cell:
    """One cell's value."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        moment: datetime = xlrd.xldate_as_datetime(cell.value, mode)
        return moment
    if cell.ctype == xlrd.XL_CELL_NUMBER and float(cell.value).is_integer():
        return int(cell.value)
    return cell.value if cell.value != "" else None


def read_html(path: Path, known: Sequence[str], _sheet: str) -> Table:
    """The table of an HTML page that holds the most known headings."""
    raw = path.read_bytes()
    page = html.document_fromstring(raw, parser=html.HTMLParser(encoding=encoding_of(path).removesuffix("-sig")))
    tables = [html_rows(table) for table in page.iter("table")]
    if not tables:
        raise TableError(say("format", path=path))
    best = max(tables, key=lambda rows: (familiarity(iter(rows), known), len(rows)))
    return headed(path, iter(best), known, len(best))


def html_rows(table: html.HtmlElement) -> list[Row]:
    """The rows of an HTML table, line breaks kept."""
    rows: list[Row] = []
    for row in table.iter("tr"):
        cells = []
        for cell in row.iterchildren("td", "th"):
            for line in cell.iter("br"):
                line.tail = "\n" + (line.tail or "")
            cells.append(cell.text_content().strip() or None)
        rows.append(cells)
    return rows


def headed(path: Path, rows: Iterator[Row], known: Sequence[str], total: int | None) -> Table:
    """A table from rows whose headings stand near the top: the row with the most known ones, else the first."""
    squeezed = {squeeze(name) for name in known}
    top: list[Row] = []
    for row in rows:
        top.append(row)
        if len(top) == HEADER_WITHIN:
            break
    filled = [(position, row) for position, row in enumerate(top) if any(cell is not None for cell in row)]
    if not filled:
        raise TableError(say("empty", path=path))
    at, heading = max(filled, key=lambda one: (sum(squeeze(text(cell)) in squeezed for cell in one[1]), -one[0]))
    columns = unique([text(cell) for cell in trimmed(heading)])
    width = len(columns)
    body = (fitted(row, width) for row in without_trailing_blanks(chain(top[at + 1 :], rows)))
    first = next(body, None)
    if first is None:
        raise TableError(say("empty", path=path))

    def all_rows() -> Iterator[Row]:
        yield first
        yield from body

    return Table(path, columns, all_rows(), None if total is None else max(1, total - at - 1))


def without_trailing_blanks(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; blank ones only where another follows. A line of nothing at all is no row."""
    blanks: list[Row] = []
    for row in rows:
        if any(cell is not None for cell in row):
            yield from blanks
            blanks = []
            yield row
        elif row:
            blanks.append(row)


def trimmed(row: Row) -> Row:
    """The row without empty cells at its end."""
    while row and row[-1] is None:
        row = row[:-1]
    return row


def fitted(row: Row, width: int) -> Row:
    """The row at the width of the headings."""
    return (row + [None] * width)[:width]


def unique(names: list[str]) -> tuple[str, ...]:
    """Headings, each once: a second `담당자` becomes `담당자.2`, an empty one `열 3`."""
    seen: dict[str, int] = {}
    made = []
    for position, name in enumerate(names, 1):
        name = name or f"열 {position}"
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return tuple(made)


def squeeze(name: str) -> str:
    """A heading as it is compared: without spaces, brackets and case."""
    return "".join(character for character in name.lower() if character.isalnum() or character == "_")


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without `.0`, dates as ISO, nothing as the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if cell.time() != time() else cell.date().isoformat()
    return str(cell)
