"""Workbooks: xlsx, xls, and the HTML tables that portals save as .xls, as tables."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import xlrd
from lxml import html
from openpyxl.utils.exceptions import InvalidFileException

from nlp.messages import say
from nlp.table import Cell, Row, Table, TableError, encoding_of, familiarity, headed


def read_xlsx(path: Path, known: Sequence[str], sheet: str) -> Table:
    """A workbook: the named sheet, else the first whose headings are known, else the first with rows."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (KeyError, InvalidFileException) as error:
        raise TableError(say("format", path=path)) from error
    names = tuple(book.sheetnames)
    with closing(book):
        if sheet and sheet not in names:
            raise TableError(say("sheet", path=path, sheet=sheet, sheets=", ".join(names)))
        chosen = sheet or max(names, key=lambda name: familiarity(sheet_rows(book, name), known))
    return headed(path, rows_of_sheet(path, chosen), known, None)


def rows_of_sheet(path: Path, name: str) -> Iterator[Row]:
    """The rows of one worksheet; the file is closed with the last of them."""
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
        yield from sheet_rows(book, name)


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
