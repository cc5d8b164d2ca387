"""Table: a file's columns and rows, and what rows of any format have in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from nlp.messages import say

Cell = str | int | float | bool | date | datetime | time | None
Row = list[Cell]

HEADER_WITHIN = 10  # rows above the headings that an export may have


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


def headed(path: Path, rows: Iterator[Row], known: Sequence[str], total: int | None) -> Table:
    """A table from rows whose headings stand near the top: the row with the most known ones, else the first."""
    squeezed = {squeeze(name) for name in known}
    top = list(islice(rows, HEADER_WITHIN))
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


def familiarity(rows: Iterator[Row], known: Sequence[str]) -> int:
    """How many known headings a row near the top holds at best; 0 with rows, -1 without."""
    squeezed = {squeeze(name) for name in known}
    top = [row for _, row in zip(range(HEADER_WITHIN), rows, strict=False)]
    return max((sum(squeeze(text(cell)) in squeezed for cell in row) for row in top), default=-1)


def encoding_of(path: Path) -> str:
    """The encoding that reads the whole file; UTF-8 wins where a few bytes are broken in both."""
    with path.open("rb") as file:
        raw = file.read(1 << 22)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "cp949"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    losses = {one: raw.decode(one, errors="replace").count("\ufffd") for one in ("utf-8-sig", "cp949")}
    best = min(losses, key=lambda one: losses[one])
    if losses[best] * 5 > len(raw):
        raise TableError(say("encoding", path=path))
    return best
