"""Batch: a backlog file in, a routed file out, every row kept, in order."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from models.pipeline import Pipeline
from nlp.complaint import Complaint
from nlp.messages import say
from nlp.table import Row, Table, TableError
from nlp.tables import open_table
from serve.columns import Columns, complaint_of, find_columns, identifier
from serve.compare import Comparison
from serve.deadlines import WorkCalendar
from serve.headings import summary, words
from serve.outputs import Output
from serve.record import ADDED, Record, in_korean, record_of
from serve.workbook import Section, WorkbookWriter

CHUNK = 512


@dataclass(frozen=True, slots=True)
class Job:
    """What to classify and how to write it. `korean` None leaves it to the format: a workbook is for people."""

    source: Path
    target: Path
    chosen: Mapping[str, str]
    sheet: str = ""
    compare: str = ""
    korean: bool | None = None
    progress: bool = True

    @property
    def in_korean(self) -> bool:
        """Whether headings and values are Korean."""
        return self.target.suffix.lower() == ".xlsx" if self.korean is None else self.korean


@dataclass(slots=True)
class Tally:
    """What was counted on the way."""

    rows: int = 0
    errors: int = 0
    seconds: float = 0.0
    offices: Counter[str] = field(default_factory=Counter)
    handling: Counter[str] = field(default_factory=Counter)
    levels: Counter[int] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def add(self, record: Record, show: int) -> None:
        """Count one row; the first `show` good ones are kept to be printed with their reasons."""
        self.rows += 1
        if record.error:
            self.errors += 1
            return
        self.offices[record.lead_office_name] += 1
        self.handling[record.handling] += 1
        self.levels[record.complexity or 0] += 1
        if len(self.shown) < show:
            self.shown.append(f"[{record.id}] {record.lead_office_name}\n    {record.reasons}\n    > {record.evidence}")


def classify(job: Job, pipeline: Pipeline, show: int = 0) -> tuple[Tally, Comparison | None]:
    """Classify a file. Nothing stands under the target's name until all of it does. Raises TableError."""
    if job.source.exists() and job.target.exists() and job.source.samefile(job.target):
        raise TableError(say("same_file", path=job.target))
    usual = pipeline.city.columns
    table = open_table(job.source, [name for names in usual.values() for name in names], job.sheet)
    columns = find_columns(job.source, table.columns, usual, job.chosen)
    compared = Comparison.over(table, job.compare, pipeline.chart) if job.compare else None
    shape = Shape.of(table, columns, job.in_korean)
    tally, started = Tally(), time.monotonic()
    with Output(job.target, shape.columns, table.schema, job.in_korean) as output:
        for row, record in progress(routed_rows(table, columns, pipeline), table, job.progress):
            tally.add(record, show)
            if compared:
                compared.add(row, record)
            values = in_korean(record, pipeline.chart, pipeline.city) if job.in_korean else asdict(record)
            output.writer.write([*row, *(values[name] for name in shape.added)])  # type: ignore[list-item]
        tally.seconds = time.monotonic() - started
        if isinstance(output.writer, WorkbookWriter):
            sections = [*sections_of(tally, pipeline), *(compared.sections() if compared else ())]
            output.writer.summarise(summary("title"), facts_of(tally), sections)
        output.commit()
    return tally, compared


@dataclass(frozen=True, slots=True)
class Shape:
    """The output's columns: the original ones, then `added` (their keys)."""

    columns: tuple[str, ...]
    added: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, columns: Columns, korean: bool) -> "Shape":
        """An original column whose name is one of ours keeps its place as `<name>.원본`; an `id` of the input's own
        is the output's. A Korean table shows offices by name alone.
        """
        own = {"id"} if columns.own_id else set()
        hidden = own | ({"lead_office"} if korean else set())
        added = tuple(name for name in ADDED if name not in hidden)
        headings = tuple(words()["columns"][name] for name in added) if korean else added
        taken = set(headings)
        original = [f"{name}.{summary('original')}" if name in taken else name for name in table.columns]
        return cls((*original, *headings), added)


def routed_rows(table: Table, columns: Columns, pipeline: Pipeline) -> Iterator[tuple[Row, Record]]:
    """Every row with its record, in order, routed in chunks."""
    numbered = enumerate(table.rows, 1)
    while chunk := list(islice(numbered, CHUNK)):
        yield from zip((row for _, row in chunk), route_chunk(chunk, columns, pipeline), strict=True)


def route_chunk(chunk: Sequence[tuple[int, Row]], columns: Columns, pipeline: Pipeline) -> list[Record]:
    """One record per row; a row that is no complaint gets its error."""
    records: list[Record | None] = []
    complaints: list[Complaint] = []
    for number, row in chunk:
        try:
            complaints.append(complaint_of(row, number, columns))
            records.append(None)
        except ValueError as error:
            records.append(Record(id=identifier(row, number, columns), error=str(error)))
    calendar = WorkCalendar(pipeline.city.hours)
    routed = zip(pipeline.route(complaints), complaints, strict=True)
    made = (record_of(one, complaint.received_at, calendar) for one, complaint in routed)
    return [record or next(made) for record in records]


def progress(rows: Iterator[tuple[Row, Record]], table: Table, shown: bool) -> Iterator[tuple[Row, Record]]:
    """The rows, with a bar that shows rate and time left on the error stream."""
    return iter(tqdm(rows, total=table.total, unit="건", file=sys.stderr, disable=not shown, mininterval=0.5))


def facts_of(tally: Tally) -> dict[str, str]:
    """The counts of a run, by name."""
    return {summary("rows"): f"{tally.rows:,}", summary("errors"): f"{tally.errors:,}"}


def sections_of(tally: Tally, pipeline: Pipeline) -> list[Section]:
    """Counts by handling, complexity and office, as tables."""
    city, good = pipeline.city, max(1, tally.rows - tally.errors)
    count, part = summary("count"), summary("share")
    handling = [(city.handling[key], n, n / good) for key, n in tally.handling.most_common()]
    levels = [(f"{level} {city.levels[level]}", n, n / good) for level, n in sorted(tally.levels.items())]
    offices = [(name, n, n / good) for name, n in tally.offices.most_common()]
    return [
        ((summary("handling"), count, part), handling),
        ((summary("complexity"), count, part), levels),
        ((summary("office"), count, part), offices),
    ]
