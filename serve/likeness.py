"""Likeness: which earlier cases say the same (법 제23조, repeats and duplicates) or are about the same matter.

The same words are found by MinHash over character shingles (Broder, 1997), the same matter by the cosine of the
texts' vectors. A machine only points: people link, and people close.
"""

import hashlib
import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from serve.schema import Proposed

WIDTH, HASHES = 5, 64
SAME_WORDS = 0.5  # share of equal hashes from which a text repeats another
SAME_MATTER = 0.6  # cosine from which a case is shown as like
MOST = 20_000  # the latest cases that are looked through
KEPT = 3600.0  # seconds after which all is read anew: what was erased from the store leaves the memory as well
PRIME = (1 << 61) - 1


def multipliers() -> NDArray[np.uint64]:
    """The hash functions: fixed, since hashes are kept."""
    return np.random.default_rng(7_106).integers(1, 1 << 31, HASHES, dtype=np.uint64)


def shingles(text: str) -> bytes:
    """The MinHash of a text: for each of 64 hash functions the least over its shingles of five characters."""
    letters = "".join(one for one in text.lower() if one.isalnum())
    pieces = {letters[at : at + WIDTH] for at in range(max(1, len(letters) - WIDTH + 1))}
    digests = [int.from_bytes(hashlib.blake2b(one.encode(), digest_size=4).digest(), "big") for one in pieces]
    values = np.array(digests, np.uint64)[:, None] * multipliers()[None, :] % np.uint64(PRIME)
    least: NDArray[np.uint32] = (values.min(axis=0) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return least.tobytes()


@dataclass(frozen=True, slots=True)
class Like:
    """An earlier case: how much of its words and of its matter is the same."""

    case: int
    words: float
    matter: float


class Likeness:
    """The latest cases' vectors and shingles, held in memory and read on when new ones are there."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Hold nothing any more."""
        self.since = time.monotonic()
        self.last = 0
        self.cases: list[int] = []
        self.vectors: list[bytes] = []
        self.shingles: list[bytes] = []
        self.models: list[str] = []

    def refresh(self, session: Session) -> None:
        """Read what came since the last look; all of it where the last reading of all is an hour old."""
        if time.monotonic() - self.since >= KEPT:
            self.forget()
        rows = session.execute(
            select(Proposed.id, Proposed.case_id, Proposed.vector, Proposed.shingles, Proposed.model_version)
            .where(Proposed.id > self.last)
            .order_by(Proposed.id.desc())
            .limit(MOST)
        ).all()
        for number, case, vector, held, model in reversed(rows):
            self.last = number
            self.cases.append(case)
            self.vectors.append(vector)
            self.shingles.append(held)
            self.models.append(model)
        for held_list in (self.cases, self.vectors, self.shingles, self.models):
            del held_list[:-MOST]

    def near(self, session: Session, case: int, count: int = 5) -> list[Like]:
        """The cases most like this one, repeats first."""
        own = session.scalars(select(Proposed).where(Proposed.case_id == case).order_by(Proposed.id)).first()
        if own is None or not own.vector:
            return []
        with self.lock:
            self.refresh(session)
            same = own.model_version  # vectors of two models cannot be compared
            rows = [
                row
                for row, one in enumerate(self.cases)
                if one != case and self.vectors[row] and self.models[row] == same
            ]
            if not rows:
                return []
            cases = [self.cases[row] for row in rows]
            vectors = np.frombuffer(b"".join(self.vectors[row] for row in rows), np.float16)
            hashes = np.frombuffer(b"".join(self.shingles[row] for row in rows), np.uint32)
        matter = vectors.reshape(len(rows), -1).astype(np.float32) @ np.frombuffer(own.vector, np.float16).astype(
            np.float32
        )
        words = (hashes.reshape(len(rows), HASHES) == np.frombuffer(own.shingles, np.uint32)).mean(axis=1)
        order = np.lexsort((-matter, -np.where(words >= SAME_WORDS, words, 0)))[:count]
        found = [Like(cases[row], float(words[row]), float(matter[row])) for row in order]
        return [one for one in found if one.words >= SAME_WORDS or one.matter >= SAME_MATTER]
