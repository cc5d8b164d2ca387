"""Recall and false hits of the masking, counted on our own cases: `python -m tests.nlp.privacy_report`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp.privacy import mask

CASES = Path(__file__).parent / "privacy_cases.toml"


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, and the personal datum in it with its kind (both empty where there is none)."""

    text: str
    kind: str
    secret: str


def cases() -> Iterator[Case]:
    """All cases."""
    for kind, held in tomllib.loads(CASES.read_text(encoding="utf-8")).items():
        for frame in held["frames"]:
            for secret in held.get("values", [""]):
                yield Case(frame.format(secret), "" if kind == "nothing" else kind, secret)


def hidden(case: Case) -> bool:
    """The datum is gone from the masked text, whatever it was taken for."""
    return case.secret not in mask(case.text).text


def table() -> list[tuple[str, int, float]]:
    """Kind, number of cases, and the share that is masked."""
    groups: dict[str, list[bool]] = {}
    for case in cases():
        groups.setdefault(case.kind, []).append(bool(mask(case.text).kinds) if not case.kind else hidden(case))
    return [(kind or "(nothing to mask)", len(hits), sum(hits) / len(hits)) for kind, hits in groups.items()]


if __name__ == "__main__":
    for kind, count, share in table():
        print(f"| {kind} | {count} | {share:.3f} |")  # noqa: T201
    for case in cases():
        if case.kind and not hidden(case):
            print("missed:", case)  # noqa: T201
        if not case.kind and mask(case.text).kinds:
            print("false hit:", mask(case.text).text, case.text)  # noqa: T201
