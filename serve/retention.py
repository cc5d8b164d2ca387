"""Retention: words and persons are erased when their time is over; figures and the audit trail stay."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update

from models.city import City
from serve import audit
from serve.schema import Case, CaseText, Decided, Meeting, Note, Proposed, Task
from serve.store import Store

AT_ONCE = 500


def purge(store: Store, city: City, by: str) -> int:
    """Erase the words of cases that were closed long enough ago, by the city's table; how many cases that were.

    Gone are the text, the person, notes, replies, reasons, outcomes, and what likeness was told by; the salt goes too,
    so that the hash in the audit trail says nothing any more.
    """
    done = 0
    while cases := due(store, city):
        with store.write() as session:
            for case, kind in cases:
                session.execute(delete(CaseText).where(CaseText.case_id == case))
                session.execute(delete(Note).where(Note.case_id == case))
                session.execute(update(Task).where(Task.case_id == case).values(reply=""))
                session.execute(update(Decided).where(Decided.case_id == case).values(reason=""))
                session.execute(update(Meeting).where(Meeting.case_id == case).values(who="", outcome=""))
                session.execute(update(Proposed).where(Proposed.case_id == case).values(vector=b"", shingles=b""))
                session.execute(
                    update(Case).where(Case.id == case).values(fingerprint="", reference="", key=f"erased {case}")
                )
                audit.append(session, by, "purge", case, kind=kind)
                session.flush()
                done += 1
    return done


def due(store: Store, city: City) -> list[tuple[int, str]]:
    """Cases (id, kind) whose words may not be kept any longer."""
    now = datetime.now(UTC)
    with store.read() as session:
        found = [
            (case, kind)
            for kind in city.kinds
            for case in session.scalars(
                select(Case.id)
                .join(CaseText, CaseText.case_id == Case.id)
                .where(Case.kind == kind, Case.closed_at < now - timedelta(days=city.kept_days(kind)))
                .limit(AT_ONCE)
            )
        ]
    return found[:AT_ONCE]
