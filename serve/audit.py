"""The audit trail: append-only events, each holding the hash of the one before, so that a changed one shows.

The chain holds codes and salted hashes, never a complaint's words: erasing a text leaves it whole.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from serve.schema_people import Event, Head
from serve.store import FIRST


def append(session: Session, actor: str, action: str, case: int | None = None, **facts: Any) -> None:  # noqa: ANN401 - JSON
    """Add an event to the chain, in the caller's transaction; the head row is locked until that ends."""
    head = session.scalars(select(Head).where(Head.id == 1).with_for_update()).one()
    at = datetime.now(UTC).replace(microsecond=0)
    number = head.events + 1
    digest = digest_of(head.digest, number, at, actor, action, case, facts)
    session.add(
        Event(
            id=number, at=at, actor=actor, action=action, case_id=case, facts=facts, previous=head.digest, digest=digest
        )
    )
    head.events, head.digest = number, digest


def digest_of(
    previous: str, number: int, at: datetime, actor: str, action: str, case: int | None, facts: Mapping[str, Any]
) -> str:
    """SHA-256 over the link before and all that this one says, in a fixed form."""
    said = [previous, number, at.isoformat(), actor, action, case, facts]
    line = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def salted(salt: str, words: str) -> str:
    """A hash of words that says nothing of them once the salt is gone."""
    return hashlib.sha256(f"{salt}\n{words}".encode()).hexdigest()


def verify(session: Session, known: str = "") -> list[str]:
    """What is wrong with the chain, one line each; empty when it is whole. `known` is a digest noted elsewhere, which
    must be in it: a chain that was cut off and rebuilt is told by that alone.
    """
    events = session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=1000))
    with closing(events):
        problem, count, previous, seen = walk(events, known)
    if problem:
        return [problem]
    head = session.get_one(Head, 1)
    if (head.events, head.digest) != (count, previous):
        return [f"the trail ends at event {count}, its head says {head.events}: events at the end are missing"]
    return [] if seen else [f"no event has the digest {known}: this is not the trail of which it was noted"]


def walk(events: Iterable[Event], known: str) -> tuple[str, int, str, bool]:
    """Along the chain: what is wrong first, how many events hold, the last digest, whether `known` is among them."""
    previous, count, seen = FIRST, 0, not known
    for event in events:
        if event.id != count + 1:
            return f"event {count + 1} is missing", count, previous, seen
        digest = digest_of(previous, event.id, event.at, event.actor, event.action, event.case_id, event.facts)
        if event.previous != previous or event.digest != digest:
            return f"event {event.id} of {event.at.isoformat()} was changed after it was written", count, previous, seen
        previous, count, seen = digest, count + 1, seen or digest == known
    return "", count, previous, seen
