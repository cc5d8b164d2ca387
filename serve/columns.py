"""Columns: which of a file's columns holds what, found by their usual names or named by the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nlp.complaint import Complaint
from nlp.messages import say
from nlp.table import Cell, Row, TableError, squeeze, text


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns that a complaint is made from; None where the file has none. `id` is what the
    output calls it, `own_id` tells that the input has an `id` column of its own.
    """

    body: int
    title: int | None
    id: int | None
    own_id: bool
    received_at: int | None
    channel: int | None


def find_columns(
    path: Path, names: Sequence[str], usual: Mapping[str, Sequence[str]], chosen: Mapping[str, str]
) -> Columns:
    """The columns of a file by their usual names; `chosen` names some outright.

    Raises TableError when there is no text, or no column of a chosen name.
    """
    listed = ", ".join(names)
    for column in chosen.values():
        if column and column not in names:
            raise TableError(say("no_column", path=path, column=column, columns=listed))
    found = {
        key: position(key, names, usual, chosen) for key in ("id", "number", "title", "body", "received_at", "channel")
    }
    body = found["body"] if found["body"] is not None else found["title"]
    if body is None:
        raise TableError(say("no_text", path=path, columns=listed))
    own = found["id"] is not None
    return Columns(
        body=body,
        title=found["title"] if found["title"] != body else None,
        id=found["id"] if own else found["number"],
        own_id=own and names[found["id"] or 0] == "id",
        received_at=found["received_at"],
        channel=found["channel"],
    )


def position(
    key: str, names: Sequence[str], usual: Mapping[str, Sequence[str]], chosen: Mapping[str, str]
) -> int | None:
    """Where the column is: the chosen one, else the first of the usual names that the file has."""
    if chosen.get(key):
        return list(names).index(chosen[key])
    squeezed = [squeeze(name) for name in names]
    return next((squeezed.index(squeeze(name)) for name in usual[key] if squeeze(name) in squeezed), None)


def identifier(row: Row, number: int, columns: Columns) -> str:
    """The complaint's id as text: the file's own, else the row's number."""
    own = text(row[columns.id]).strip() if columns.id is not None else ""
    return own or str(number)


def complaint_of(row: Row, number: int, columns: Columns) -> Complaint:
    """A complaint from one row. Raises ValueError, in words for people, when there is none in it."""
    return Complaint(
        id=identifier(row, number, columns),
        title=text(row[columns.title]) if columns.title is not None else "",
        body=text(row[columns.body]),
        received_at=moment(row[columns.received_at]) if columns.received_at is not None else None,
        channel=text(row[columns.channel]) if columns.channel is not None else "",
    )


def moment(cell: Cell) -> datetime | None:
    """A date as the cell holds it, or None where it cannot be read as one."""
    if isinstance(cell, datetime):
        return cell
    try:
        return datetime.fromisoformat(text(cell).strip().replace(".", "-").replace("/", "-"))
    except ValueError:
        return None
