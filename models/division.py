"""Division of work (사무분장): from a city's published departments and tasks to a table of duties and offices.

The classifier reads each task as if a caller had said it. A department holds a duty where its tasks and its name say so
most clearly. What comes out is a proposal: a person confirms it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.heads import Floats
from models.orgchart import OfficeKind
from models.pipeline import Pipeline
from nlp.complaint import Complaint
from nlp.reading import read

BEST = 3  # tasks that speak for a department, the clearest ones
NAME = 1.0  # what the department's own name weighs beside them
LEAST = 0.32  # below this nothing speaks for a department: one task that is sure of a duty is enough
BY_NAME = 0.3  # an agency keeps its duty unless a department's very name says it with this probability
OVER = ("국", "실", "본부", "시장", "추진단", "기획단")  # units over departments: their lists repeat the departments'
OVER_WEIGHT = 0.7
COVERED = 0.35  # probability from which a task counts as covered by a duty
CHUNK = 256


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a division of work."""

    department: str
    text: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A proposal for one duty: `department` is empty where none speaks clearly enough; then an agency of our table
    keeps it (`agency`), or nobody is found. `confidence` compares the first with the runner-up, from 0.5 to 1; 0 where
    there is no department.
    """

    duty: str
    department: str
    agency: str
    confidence: float
    runner_up: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Assignments in the order of the duty table, and the tasks that no duty covers."""

    assignments: tuple[Assignment, ...]
    uncovered: tuple[Task, ...]


def propose(tasks: Sequence[Task], pipeline: Pipeline) -> Proposal:
    """A table from duties to departments. Raises ValueError when there is no task with words in it."""
    tasks = [task for task in tasks if any(letter.isalnum() for letter in task.text)]
    if not tasks:
        raise ValueError("no task with words in it: the file must name departments and their tasks")
    departments = list(dict.fromkeys(task.department for task in tasks))
    texts = list(dict.fromkeys(task.text for task in tasks))
    shares = told(texts, pipeline)
    named = told([f"{one} 연결해 주세요" for one in departments], pipeline)
    rows = {text: row for row, text in enumerate(texts)}
    mine = [[rows[task.text] for task in tasks if task.department == department] for department in departments]
    scores = np.stack([top(shares[held]) for held in mine]) + np.float32(NAME) * named
    scores *= np.array([OVER_WEIGHT if one.endswith(OVER) else 1.0 for one in departments], np.float32)[:, None]
    scores[:, kept_by_agencies(pipeline)] *= named[:, kept_by_agencies(pipeline)] >= BY_NAME
    texts_of = defaultdict(list)
    for task in tasks:
        texts_of[task.department].append(task.text)
    duties = pipeline.classifier.duties
    by_text = dict(zip(texts, shares, strict=True))
    made = tuple(
        assignment(duty, scores[:, column], column, departments, texts_of, by_text, pipeline)
        for column, duty in enumerate(duties)
        if not duty.startswith("none.") and duty != "agency.other_city"
    )
    return Proposal(made, tuple(task for task in tasks if by_text[task.text].max() < COVERED))


def told(texts: Sequence[str], pipeline: Pipeline) -> Floats:
    """Each text's probabilities over the duties (n, k)."""
    shares: list[Floats] = []
    for at in range(0, len(texts), CHUNK):
        readings = read([Complaint(id="", body=text) for text in texts[at : at + CHUNK]], pipeline.lexicon)
        shares += [one.lead for one in pipeline.classifier.predict(readings)]
    return np.stack(shares)


def top(values: Floats) -> Floats:
    """The mean of each column's `BEST` highest values, fewer where there are fewer rows counting as nought."""
    mean: Floats = np.sort(values, axis=0)[-BEST:].sum(axis=0) / np.float32(BEST)
    return mean


def kept_by_agencies(pipeline: Pipeline) -> list[int]:
    """Columns of the duties that an agency or firm of our own table holds."""
    office_of = pipeline.chart.office_of
    return [
        column
        for column, duty in enumerate(pipeline.classifier.duties)
        if office_of(duty).kind is not OfficeKind.DEPARTMENT
    ]


def assignment(
    duty: str,
    scores: Floats,
    column: int,
    departments: Sequence[str],
    texts_of: dict[str, list[str]],
    shares: Mapping[str, Floats],
    pipeline: Pipeline,
) -> Assignment:
    """The proposal for one duty."""
    order = np.argsort(-scores)
    first, second = int(order[0]), int(order[min(1, len(order) - 1)])
    office = pipeline.chart.office_of(duty)
    agency = office.name if office.kind is not OfficeKind.DEPARTMENT else ""
    clear = scores[first] >= LEAST
    share = float(scores[first] / max(scores[first] + scores[second], 1e-9)) if first != second else 1.0
    department = departments[first] if clear else ""
    tasks = sorted(set(texts_of[departments[first]]), key=lambda text: -shares[text][column])[:BEST] if clear else []
    runner = departments[second] if clear and first != second and scores[second] > 0 else ""
    return Assignment(duty, department, "" if clear else agency, share if clear else 0.0, runner, tuple(tasks))
