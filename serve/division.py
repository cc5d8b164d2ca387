"""`minwon orgchart import`: a city's published division of work (사무분장) in, a proposed table of duties out."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from models.division import Assignment, Proposal, Task, propose
from models.orgchart import OrgChart
from models.pipeline import open_pipeline
from nlp.table import Cell, TableError, text
from nlp.tables import open_table
from serve.commands import Entry, city_arguments, say
from serve.headings import summary, words
from serve.outputs import Output

COLUMNS = ("duty", "duty_name", "department", "confidence", "runner_up", "agency", "tasks")
UNCOVERED = ("own_department", "task")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is imported, and where the proposal goes."""
    below = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    each = below.add_parser("import", help="propose which department holds which duty, for a person to confirm")
    each.add_argument("source", type=Path, metavar="FILE", help="departments and their tasks, a table")
    each.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="xlsx, csv, jsonl or parquet")
    each.add_argument("--department", default="", metavar="COLUMN", help="the column of the department")
    each.add_argument("--task", default="", metavar="COLUMN", help="the column of the task")
    each.add_argument("--model", type=Path, help="a model folder (default: the one that is shipped)")
    city_arguments(each)


def run(given: argparse.Namespace) -> int:
    """Write the proposal, and beside it the tasks that no duty covers; print what a person must look at."""
    tasks = read_tasks(given.source, given.department, given.task)
    pipeline = open_pipeline(given.model, given.config, given.day)
    try:
        proposal = propose(tasks, pipeline)
    except ValueError as error:
        raise TableError(summary("division_empty", path=given.source)) from error
    rest = given.output.with_name(f"{given.output.stem}-{summary('division_uncovered')}{given.output.suffix}")
    with (
        Output(given.output, headings(COLUMNS), None, korean=True) as table,
        Output(rest, headings(UNCOVERED), None, korean=True) as left,
    ):
        for one in proposal.assignments:
            table.writer.write(row_of(one, pipeline.chart))
        for task in proposal.uncovered:
            left.writer.write([task.department, task.text])
        table.commit()
        left.commit()
    for line in report(proposal, pipeline.chart, len(tasks)):
        say(line)
    say(summary("saved", path=f"{given.output}, {rest}"))
    return 0


def read_tasks(path: Path, department: str = "", task: str = "") -> list[Task]:
    """The tasks of a file: a row each, or a list of them in one cell (JSON). A row without a department belongs to the
    one above. Raises TableError when a column is missing or nothing is found.
    """
    usual = words()["division"]
    table = open_table(path, (*usual["department"].split(";"), *usual["task"].split(";")))
    of_department = column(path, table.columns, department, usual["department"])
    of_task = column(path, table.columns, task, usual["task"])
    tasks, last = [], ""
    for row in table.rows:
        last = text(row[of_department]) or last
        tasks += [Task(last, one) for one in lines_of(row[of_task]) if last]
    if not tasks:
        raise TableError(summary("division_empty", path=path))
    return tasks


def column(path: Path, names: tuple[str, ...], chosen: str, usual: str) -> int:
    """The position of a column: the chosen one, else the first usual name that is there."""
    wanted = [chosen] if chosen else usual.split(";")
    found = next((names.index(name) for name in wanted if name in names), None)
    if found is None:
        listed, sought = ", ".join(names), ", ".join(wanted)
        raise TableError(summary("division_column", path=path, wanted=sought, columns=listed))
    return found


def lines_of(cell: Cell) -> Iterator[str]:
    """The tasks in a cell."""
    held = text(cell)
    if held.startswith("["):
        try:
            yield from (str(one).strip() for one in json.loads(held) if str(one).strip())
            return
        except ValueError:
            pass
    if held:
        yield held


def headings(columns: tuple[str, ...]) -> list[str]:
    """Korean headings."""
    return [str(words()["division_columns"][one]) for one in columns]


def row_of(one: Assignment, chart: OrgChart) -> list[Cell]:
    """One row of the proposal."""
    confidence = round(one.confidence, 2) if one.department else None
    name = chart.duties[one.duty].name
    return [one.duty, name, one.department, confidence, one.runner_up, one.agency, " / ".join(one.tasks)]


def report(proposal: Proposal, chart: OrgChart, tasks: int) -> Iterator[str]:
    """What a person should know before opening the table."""
    given = [one for one in proposal.assignments if one.department]
    kept = [one for one in proposal.assignments if one.agency]
    none = [chart.duties[one.duty].name for one in proposal.assignments if not one.department and not one.agency]
    yield summary("division_done", tasks=tasks, given=len(given), kept=len(kept), none=len(none))
    yield summary("division_none", names=", ".join(none) or "-")
    yield summary("division_left", count=len(proposal.uncovered))


ORGCHART = Entry("read another city's division of work", arguments, run)
