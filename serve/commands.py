"""The commands of this room: `minwon classify` and `minwon config`."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.city import load_city, standard
from models.orgchart import load_orgchart
from models.pipeline import open_pipeline
from serve.batch import Job, Tally, classify, sections_of
from serve.compare import Comparison
from serve.headings import summary


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: its help, its arguments, and what it runs (an exit code comes back)."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def say(line: str = "", error: bool = False) -> None:
    """One line for the person at the terminal."""
    print(line, file=sys.stderr if error else sys.stdout)


def city_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose a city and a day."""
    parser.add_argument("--config", type=Path, help="folder of a city's tables (default: the one that is shipped)")
    parser.add_argument("--day", type=date.fromisoformat, help="the day whose org chart holds (default: today)")


def classify_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `minwon classify`."""
    parser.add_argument("source", type=Path, metavar="IN", help="xlsx, xls, csv, jsonl or parquet")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="xlsx, csv, jsonl or parquet")
    for column in ("id", "title", "body", "received_at", "channel"):
        parser.add_argument(
            f"--{column.replace('_', '-')}", default="", metavar="COLUMN", help=f"the column of the {column}"
        )
    parser.add_argument("--sheet", default="", help="the worksheet (default: the first with known headings)")
    parser.add_argument("--compare", default="", metavar="COLUMN", help="compare with the past department in COLUMN")
    values = parser.add_mutually_exclusive_group()
    values.add_argument(
        "--codes", dest="korean", action="store_false", default=None, help="headings and values as codes"
    )
    values.add_argument("--korean", dest="korean", action="store_true", help="headings and values in Korean")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the first N rows with their reasons")
    parser.add_argument("--model", type=Path, help="a model folder (default: the one that is shipped)")
    parser.add_argument("--threads", type=int, default=0, help="processor threads (default: all)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    city_arguments(parser)


def run_classify(given: argparse.Namespace) -> int:
    """Classify one file and print what came of it."""
    chosen = {key: getattr(given, key) for key in ("id", "title", "body", "received_at", "channel")}
    job = Job(given.source, given.output, chosen, given.sheet, given.compare, given.korean, not given.quiet)
    pipeline = open_pipeline(given.model, given.config, given.day, given.threads)
    tally, compared = classify(job, pipeline, given.show)
    for line in tally.shown:
        say(line)
    print_summary(tally, [*sections_of(tally, pipeline)], compared)
    say(summary("saved", path=given.output))
    return 0


def print_summary(tally: Tally, sections: list[tuple[tuple[str, ...], object]], compared: Comparison | None) -> None:
    """The summary of a run, as text."""
    rate = tally.rows / max(tally.seconds, 1e-9)
    say(summary("done", rows=tally.rows, seconds=tally.seconds, rate=rate, errors=tally.errors))
    for (heading, *_), rows in sections:
        say(f"\n{heading}")
        for name, count, share in rows:  # type: ignore[attr-defined]
            say(f"  {count:>8,}  {share:>4.0%}  {name}")
    if compared:
        print_comparison(compared)
    say()


def print_comparison(compared: Comparison) -> None:
    """The comparison with past departments, as text."""
    right, cases = compared.totals()
    say(f"\n{summary('compare')}")
    for past, count, agreed, most in compared.rows():
        shown = f"{agreed:>4.0%}" if isinstance(agreed, float) else "   -"
        say(f"  {count:>8,}  {shown}  {past} ({summary('most')}: {most})")
    say(f"  {summary('total', right=right, cases=cases, percent=100 * right / max(1, cases))}")
    if unknown := compared.unknown():
        say(f"  {summary('unknown_past', names=', '.join(unknown))}")


def run_config(given: argparse.Namespace) -> int:
    """Check a city's folder: every problem is named, or what it holds is counted."""
    folder = given.config or standard()
    load_city(folder)
    chart = load_orgchart(folder, given.day or date.today())
    for warning in chart.warnings:
        say(warning)
    say(f"{folder}: {len(chart.duties)} duties, {len(chart.offices)} offices on {chart.day}: usable")
    return 0


CLASSIFY = Entry(
    "classify a file of complaints: offices, complexity, deadline and reasons", classify_arguments, run_classify
)
CONFIG = Entry("check a city's tables", city_arguments, run_config)
