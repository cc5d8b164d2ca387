"""Tables of complaints: files of many kinds as columns and rows, read as a stream.

What a file is, its first bytes tell, not its name: a portal's `.xls` may be an HTML page, and a `.csv` a workbook.
"""

import csv
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlrd
from lxml import etree
from xlrd.compdoc import CompDocError

from nlp.messages import say
from nlp.table import Cell, Reader, Row, Table, TableError, encoding_of, headed
from nlp.workbooks import read_html, read_xls, read_xlsx

# What the readers' libraries raise over a damaged file.
BROKEN = (
    OSError, EOFError, LookupError, ValueError, AssertionError, SyntaxError, struct.error, zlib.error,
    zipfile.BadZipFile, pa.ArrowException, xlrd.XLRDError, CompDocError, etree.LxmlError,
)  # fmt: skip
PEEK = 65_536
DRM_MARKS = (b"DRMONE", b"NASCA DRM", b"SCDSA", b"Fasoo", b"\x9b DRM", b"MarkAny", b"SOFTCAMP", b"DOCUMENTSAFER")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_table(path: Path, known: Sequence[str] = (), sheet: str = "") -> Table:
    """Open a file of complaints. `known` are headings that tell the heading row from what stands above it.

    Raises TableError for a file that is missing, locked, protected, empty or of no known format.
    """
    head = first_bytes(path)
    with readable(path):
        table = reader_of(path, head)(path, known, sheet)
    return replace(table, rows=guarded(path, table.rows))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What libraries raise over a file, as a TableError."""
    try:
        yield
    except TableError:
        raise
    except PermissionError as error:
        raise TableError(say("locked", path=path)) from error
    except BROKEN as error:
        raise TableError(say("broken", path=path, detail=type(error).__name__)) from error


def guarded(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows; a file that turns out broken half-way is said to be."""
    with readable(path):
        yield from rows


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


def reader_of(path: Path, head: bytes) -> Reader:
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
    with path.open(encoding=encoding, errors="replace", newline="") as raw:
        sample = raw.read(PEEK)
    first = next((line for line in sample.splitlines() if line.strip()), "")
    return headed(path, csv_rows(path, encoding, max(",\t;", key=first.count)), known, None)


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """The rows of separated text; the file is closed with the last of them."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding=encoding, errors="replace", newline="") as raw:
        for row in csv.reader(raw, delimiter=delimiter):
            yield [cell or None for cell in row]


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
    with closing(pq.ParquetFile(path)) as file:
        schema, total = file.schema_arrow, file.metadata.num_rows
    if not total:
        raise TableError(say("empty", path=path))
    return Table(path, tuple(schema.names), parquet_rows(path), total, schema)


def parquet_rows(path: Path) -> Iterator[Row]:
    """The rows of a Parquet file; it is closed with the last of them."""
    with closing(pq.ParquetFile(path)) as file:
        for batch in file.iter_batches(batch_size=4096):
            yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
