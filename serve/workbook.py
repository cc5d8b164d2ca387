"""A workbook for people: the routed rows with widths, a filter and a frozen heading, and a summary sheet."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter

from nlp.messages import say
from nlp.table import Cell, TableError
from serve.headings import words

MOST_ROWS = 1_048_575
LONGEST = 32_767
WIDE = {"근거 문장": 46, "판단 이유": 70, "업무": 26, "협조부서·기관": 22, "주무부서": 16}
TEXT_WIDTH = 50
DEFAULT_WIDTH = 14

Section = tuple[tuple[str, ...], Sequence[Sequence[Cell]]]


class WorkbookWriter:
    """Writes rows as a stream: memory does not grow with them."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        names = words()["summary"]
        self.front = self.book.add_worksheet(names["sheet"])
        self.sheet = self.book.add_worksheet(names["data"])
        self.sheet.activate()
        self.bold = self.book.add_format(
            {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})
        self.share = self.book.add_format({"num_format": "0%", "valign": "top"})
        self.columns = tuple(columns)
        shares = {name for key, name in words()["columns"].items() if key.startswith("probability")} | {
            "probability_1",
            "probability_2",
            "probability_3",
        }
        self.shares = {position for position, name in enumerate(columns) if name in shares}
        self.rows = 0
        for position, name in enumerate(columns):
            self.sheet.set_column(position, position, width_of(name))
            self.sheet.write_string(0, position, name, self.bold)
        self.sheet.freeze_panes(1, 0)

    def write(self, row: Sequence[Cell]) -> None:
        """One row. Text stays text: identifiers keep their leading zeros."""
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise TableError(say("too_many_rows", path=self.path))
        for position, cell in enumerate(row):
            self.put(self.rows, position, cell)

    def put(self, row: int, position: int, cell: Cell) -> None:
        """One cell by its type."""
        if cell is None or cell == "":
            return
        if isinstance(cell, bool | str):
            self.sheet.write_string(row, position, str(cell)[:LONGEST], self.wrapped)
        elif isinstance(cell, int | float):
            self.sheet.write_number(row, position, cell, self.share if position in self.shares else self.wrapped)
        elif isinstance(cell, datetime):
            self.sheet.write_datetime(
                row, position, cell.replace(tzinfo=None), self.moment if cell.time() != time() else self.day
            )
        elif isinstance(cell, date):
            self.sheet.write_datetime(row, position, cell, self.day)
        else:
            self.sheet.write_string(row, position, str(cell), self.wrapped)

    def summarise(self, title: str, facts: Mapping[str, str], sections: Sequence[Section]) -> None:
        """Fill the summary sheet: facts, then a table for each section (headings, rows)."""
        self.front.set_column(0, 0, 28)
        self.front.set_column(1, 4, 14)
        self.front.write_string(0, 0, title, self.book.add_format({"bold": True, "font_size": 14}))
        at = 2
        for name, value in facts.items():
            self.front.write_string(at, 0, name)
            self.front.write_string(at, 1, value)
            at += 1
        for headings, rows in sections:
            at += 1
            for position, heading in enumerate(headings):
                self.front.write_string(at, position, heading, self.bold)
            for row in rows:
                at += 1
                for position, cell in enumerate(row):
                    shown = self.share if isinstance(cell, float) else None
                    self.front.write(at, position, cell, *([shown] if shown else []))
            at += 1

    def close(self) -> None:
        """Set the filter over all rows and close the file."""
        self.sheet.autofilter(0, 0, max(1, self.rows), len(self.columns) - 1)
        self.book.close()


def width_of(name: str) -> int:
    """A column's width in characters, by what it usually holds."""
    if name in WIDE:
        return WIDE[name]
    return (
        TEXT_WIDTH
        if any(word in name for word in ("내용", "요지", "본문", "body", "reasons", "evidence"))
        else DEFAULT_WIDTH
    )
