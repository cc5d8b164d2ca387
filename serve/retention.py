"""Retention: words and persons are erased when their time is over; figures and the audit trail stay. And copies."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.engine import make_url

from models.city import City
from serve import audit
from serve.schema import Case, CaseText, Decided, Meeting, Note, Proposed, Task
from serve.store import Store, StoreError

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


def sqlite_file(url: str) -> Path:
    """The file of a SQLite store. Raises StoreError for another database, which has its own tools."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise StoreError(
            "backup and restore are for SQLite: use pg_dump and pg_restore for PostgreSQL (docs/operations.md)"
        )
    return Path(address.database)


def backup(url: str, target: Path) -> None:
    """Copy a store that may be in use, whole and consistent. Raises StoreError."""
    source = sqlite_file(url)
    if not source.exists():
        raise StoreError(f"{source}: there is no such store")
    partial = target.with_suffix(f"{target.suffix}.partial")
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(partial)) as copy:
        held.backup(copy)
        (said,) = copy.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        partial.unlink()
        raise StoreError(f"{source}: the copy is damaged ({said}): nothing was written")
    partial.replace(target)


def restore(url: str, source: Path) -> None:
    """Put a copy in the store's place; the store that was there is kept beside it. Raises StoreError."""
    target = sqlite_file(url)
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as held:
            (said,) = held.execute("PRAGMA integrity_check").fetchone()
            held.execute("SELECT events FROM head").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{source}: not a copy of a store: {error}") from error
    if said != "ok":
        raise StoreError(f"{source}: damaged ({said})")
    if target.exists():
        with closing(sqlite3.connect(target)) as held:
            held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.replace(target.with_suffix(f"{target.suffix}.before"))
    for tail in ("-wal", "-shm"):
        Path(f"{target}{tail}").unlink(missing_ok=True)
    shutil.copyfile(source, target)
