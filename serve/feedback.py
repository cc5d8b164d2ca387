"""Feedback: decided cases, masked, as the examples that the data team retrains from (serve to training, on disk)."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select
from sqlalchemy.orm import Session

from serve import audit
from serve.dashboard import DECIDED
from serve.schema import Case, CaseText, Decided, Proposed, Task
from serve.store import Store

SCHEMA = pa.schema(
    [
        ("case", pa.string()),
        ("opened_at", pa.timestamp("us", tz="UTC")),
        ("channel", pa.string()),
        ("text", pa.string()),
        ("lead", pa.string()),
        ("duty", pa.string()),
        ("support_duties", pa.list_(pa.string())),
        ("complexity", pa.int32()),
        ("kind", pa.string()),
        ("flags", pa.list_(pa.string())),
        ("proposed_lead", pa.string()),
        ("proposed_duty", pa.string()),
        ("proposed_probability", pa.float64()),
        ("model_version", pa.string()),
        ("config_version", pa.string()),
        ("reroutes", pa.int32()),
        ("decided_by_person", pa.bool_()),
    ]
)
AT_ONCE = 1000


def export(store: Store, target: Path, by: str) -> int:
    """Write all decided cases whose words are still there, in a stable order; how many. Masked text alone goes out."""
    partial = target.with_suffix(f"{target.suffix}.partial")
    count, last = 0, 0
    try:
        with pq.ParquetWriter(partial, SCHEMA) as writer:
            while rows := some(store, last):
                writer.write_table(pa.Table.from_pylist([row for _, row in rows], SCHEMA))
                count, last = count + len(rows), rows[-1][0]
        with store.write() as session:
            audit.append(session, by, "export_decisions", cases=count)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return count


def some(store: Store, after: int) -> list[tuple[int, dict[str, Any]]]:
    """The next cases after one, as rows."""
    with store.read() as session:
        found = session.execute(
            select(Case, CaseText.sentences, Proposed)
            .join(CaseText, CaseText.case_id == Case.id)
            .join(Proposed, Proposed.case_id == Case.id)
            .where(Case.id > after, Case.state.in_(DECIDED))
            .order_by(Case.id)
            .limit(AT_ONCE)
        ).all()
        return [(case.id, row_of(session, case, sentences, proposed)) for case, sentences, proposed in found]


def row_of(session: Session, case: Case, sentences: list[str], proposed: Proposed) -> dict[str, Any]:
    """One case as a row."""
    tasks = session.scalars(
        select(Task.duty).where(Task.case_id == case.id, Task.state.not_in(("dropped", "returned")))
    ).all()
    person = session.scalars(
        select(Decided.id).where(Decided.case_id == case.id, Decided.undone.is_(False)).limit(1)
    ).first()
    top = proposed.proposal["top"][0]
    return {
        "case": case.number,
        "opened_at": case.opened_at,
        "channel": case.channel,
        "text": "\n".join(sentences),
        "lead": case.lead,
        "duty": case.duty,
        "support_duties": list(tasks),
        "complexity": case.complexity,
        "kind": case.kind,
        "flags": list(case.flags),
        "proposed_lead": proposed.lead,
        "proposed_duty": top["duty"],
        "proposed_probability": proposed.proposal["probability"],
        "model_version": proposed.model_version,
        "config_version": proposed.config_version,
        "reroutes": case.reroutes,
        "decided_by_person": person is not None,
    }
