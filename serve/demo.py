"""A store to try things on: demo people with a known password, and a backlog's complaints opened as cases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from models.pipeline import Pipeline
from nlp.complaint import Complaint
from nlp.tables import open_table
from serve.cases import Arrival, World, open_case
from serve.columns import complaint_of, find_columns
from serve.moves import Actor
from serve.people import add_user
from serve.schema import Case
from serve.store import Store, StoreError

PASSWORD = "minwon-demo-1"  # noqa: S105 - printed for whoever tries the demo
PEOPLE = (
    ("coordinator", "김서연", "coordinator", ""),
    ("roads", "박도현", "officer", "roads"),
    ("counter", "이하은", "intake", ""),
    ("data", "정유진", "data", ""),
)
STEP = timedelta(hours=5)


def fill(store: Store, source: Path, pipeline: Pipeline, most: int = 60) -> int:
    """Fill an empty store; how many cases. Complaints that nobody could route are left out.

    Raises StoreError for a store that holds cases already, and TableError for a file that cannot be read.
    """
    with store.read() as session:
        if session.scalar(select(func.count()).select_from(Case)):
            raise StoreError("the store holds cases already: the demo needs a store of its own")
    complaints = complaints_of(source, pipeline, most)
    routed = pipeline.route(complaints)
    world, now = World(pipeline.city, pipeline.chart, "demo"), datetime.now(UTC)
    with store.write() as session:
        for login, name, role, office in PEOPLE:
            add_user(session, login, name, role, office, PASSWORD, "demo").must_change = False
        for place, (complaint, one) in enumerate(zip(complaints, routed, strict=True)):
            came = now - STEP * (len(complaints) - place) / 2
            held = Complaint(complaint.id, complaint.body, complaint.title, came, complaint.channel)
            case = open_case(session, Arrival(held, "demo", str(place)), one, world, Actor("demo", "intake"))
            case.opened_at = came
    return len(complaints)


def complaints_of(source: Path, pipeline: Pipeline, most: int) -> list[Complaint]:
    """The first complaints of a file that can be routed."""
    usual = pipeline.city.columns
    table = open_table(source, [name for names in usual.values() for name in names])
    columns = find_columns(source, table.columns, usual, {})
    found: list[Complaint] = []
    for number, row in enumerate(table.rows, 1):
        try:
            found.append(complaint_of(row, number, columns))
        except ValueError:
            continue
        if len(found) == most:
            break
    return found
