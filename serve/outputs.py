"""Outputs: routed rows into a file, which takes its name only when it is whole."""

import csv
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.messages import say
from nlp.table import Cell, TableError, text
from serve.workbook import WorkbookWriter

FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
SUFFIXES = (".xlsx", ".csv", ".jsonl", ".parquet")


class Writer(Protocol):
    """Takes rows in order; `close` finishes the file."""

    def write(self, row: Sequence[Cell]) -> None:
        """One row, as wide as the columns."""

    def close(self) -> None:
        """Nothing comes after this."""


class CsvWriter:
    """CSV for Excel: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.file = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow([harmless(column) for column in columns])

    def write(self, row: Sequence[Cell]) -> None:
        """One row."""
        self.writer.writerow([harmless(text(cell)) if not isinstance(cell, float) else cell for cell in row])

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def harmless(value: str) -> str:
    """A cell that would start a formula gets an apostrophe before it, unless it is a plain number."""
    return f"'{value}" if FORMULA.match(value) and not NUMBER.match(value) else value


class JsonLinesWriter:
    """JSON Lines: one object a row."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.file = path.open("w", encoding="utf-8")
        self.columns = tuple(columns)

    def write(self, row: Sequence[Cell]) -> None:
        """One row."""
        values = {name: plain(cell) for name, cell in zip(self.columns, row, strict=True)}
        self.file.write(json.dumps(values, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def plain(cell: Cell) -> Cell:
    """A cell as JSON can hold it."""
    return text(cell) if isinstance(cell, date | datetime | time) else cell


class ParquetWriter:
    """Parquet in groups of rows. Original columns keep their type where the input had one; else they are text."""

    GROUP = 4096

    def __init__(self, path: Path, columns: Sequence[str], types: Mapping[str, pa.DataType]) -> None:
        self.schema = pa.schema([(name, types.get(name, pa.string())) for name in columns])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.rows: list[list[Any]] = []

    def write(self, row: Sequence[Cell]) -> None:
        """One row."""
        strings = [pa.types.is_string(one.type) for one in self.schema]
        self.rows.append(
            [text(cell) if cell is not None and string else cell for cell, string in zip(row, strings, strict=True)]
        )
        if len(self.rows) == self.GROUP:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.schema)
        arrays = [pa.array(values, one.type) for values, one in zip(columns, self.schema, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.rows = []

    def close(self) -> None:
        """Write what waits and close the file."""
        if self.rows:
            self.flush()
        self.writer.close()


ADDED_TYPES: dict[str, pa.DataType] = {
    "probability_1": pa.float64(),
    "probability_2": pa.float64(),
    "probability_3": pa.float64(),
    "complexity": pa.int64(),
    "period_days": pa.int64(),
}


def writer_of(suffix: str, path: Path, columns: Sequence[str], types: Mapping[str, pa.DataType]) -> Writer:
    """The writer of a format, by the target's suffix."""
    match suffix:
        case ".csv":
            return CsvWriter(path, columns)
        case ".jsonl":
            return JsonLinesWriter(path, columns)
        case ".parquet":
            return ParquetWriter(path, columns, types)
        case _:
            return WorkbookWriter(path, columns)


class Output:
    """A file in the making, beside its place: `commit` gives it its name, leaving without it removes it."""

    def __init__(self, path: Path, columns: Sequence[str], schema: pa.Schema | None, korean: bool) -> None:
        """Raises TableError when the format is unknown or the place cannot be written to."""
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise TableError(say("output_format", path=path))
        if not path.parent.is_dir():
            raise TableError(say("output_folder", path=path))
        self.path = path
        self.partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        types = {one.name: one.type for one in schema or ()} | ({} if korean else ADDED_TYPES)
        try:
            self.writer = writer_of(suffix, self.partial, columns, types)
        except OSError as error:
            raise TableError(say("output_locked", path=path)) from error

    def __enter__(self) -> Self:
        return self

    def commit(self) -> None:
        """Finish the file and put it in its place, replacing what stood there."""
        self.writer.close()
        try:
            self.partial.replace(self.path)
        except OSError as error:
            raise TableError(say("output_locked", path=self.path)) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.partial.exists():
            if kind is not None:
                self.writer.close()
            self.partial.unlink(missing_ok=True)
