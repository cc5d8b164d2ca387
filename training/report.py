"""The evaluation as one page, with tables and plots."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.orgchart import OrgChart
from training.measures import wilson
from training.plots import confusion, direct_curve, reliability
from training.scoring import Case, figures, mean

WORST = 20
EXCERPT = 160
NAMES = {
    "natural": "natural: our own complaints in the mix of real ones, by authors that training never saw",
    "none": "none: a hundred texts that are none of ours, among those of natural",
    "several": "several: half need several offices, half only look so",
    "real": "real: labelled complaints of other cities (their text is never shown)",
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cases of each test set (`natural`, `several`, `none`, `real`) under each system, and what was measured.

    `plain` names the test sets whose texts may be shown: a real complaint's never is.
    """

    version: str
    chart: OrgChart
    cases: Mapping[str, Mapping[str, Sequence[Case]]]
    training_texts: int

    @property
    def shown(self) -> tuple[str, ...]:
        """The test sets of our own, each text in one of them."""
        return tuple(name for name in self.cases if name in ("natural", "several"))


def report(evaluation: Evaluation, folder: Path) -> str:
    """The page as Markdown; its plots are written to `folder`, which lies beside it."""
    ours = {name: held["minwon"] for name, held in evaluation.cases.items()}
    reliability(ours, folder / "reliability.svg")
    direct_curve(ours, folder / "direct.svg")
    shown = [case for name in evaluation.shown for case in ours[name]]
    confusion(shown, folder / "confusion.svg")
    parts = [
        "# Evaluation",
        f"Model {evaluation.version}, trained on {evaluation.training_texts:,} texts of our own. Written by "
        "`minwon train evaluate`; every figure on this page comes from one run. Shares of nothing are shown as –.",
        "A reroute is a complaint that reaches a wrong lead office first. *Proposals followed* counts every wrong one; "
        "*as handled* only those that the coordinator does not see, on the assumption that she decides rightly. "
        "Without the program, the linear model's first guess stands in for that of an officer who goes by the words.",
        *(part for name in evaluation.cases for part in of_set(name, evaluation)),
        "## Calibration\n\n![reliability](evaluation/reliability.svg)",
        "## Direct share against first-time-right\n\n![direct share](evaluation/direct.svg)",
        "## Confusion between offices\n\nOur own tests; the offices with the most mistakes.\n\n"
        "![confusion](evaluation/confusion.svg)",
        *(
            f"## By {what}, {name}\n\n{table}"
            for name in ours
            if name != "none"
            for what, table in breakdowns(ours[name], evaluation)
        ),
        f"## The {WORST} worst mistakes of our own tests\n\nThe surest wrong lead offices first.\n\n"
        + "\n".join(worst(shown, evaluation)),
    ]
    return "\n\n".join(parts) + "\n"


def of_set(name: str, evaluation: Evaluation) -> Iterator[str]:
    """One test set: all figures of all systems side by side."""
    held = {system: figures(cases) for system, cases in evaluation.cases[name].items()}
    yield f"## {NAMES[name]}"
    rows = [(figure, *(shown(held[system][figure]) for system in held)) for figure in next(iter(held.values()))]
    yield table(("figure", *held), rows)


def breakdowns(cases: Sequence[Case], evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Tables by office, by field and by duty."""
    chart = evaluation.chart
    yield (
        "office",
        table(
            ("office", "cases", "right", "proposed", "proposed and right"),
            [
                (
                    f"{chart.offices[office].name} ({office})",
                    len(held),
                    shown(mean([one.right for one in held])),
                    *proposed(cases, office),
                )
                for office, held in grouped(cases, lambda case: case.lead_office)
            ],
        ),
    )
    yield (
        "field",
        table(
            ("field", "cases", "lead office right", "lead duty right", "direct", "direct and right", "from", "to"),
            [
                (field, len(held), *rights(held), *kept(held))
                for field, held in grouped(cases, lambda c: chart.duties[c.example.lead].field)
            ],
        ),
    )
    yield (
        "duty",
        table(
            ("duty", "cases", "lead office right", "lead duty right", "most often taken for"),
            [
                (f"{chart.duties[duty].name} ({duty})", len(held), *rights(held), taken_for(held))
                for duty, held in grouped(cases, lambda case: case.example.lead)
            ],
        ),
    )


def proposed(cases: Sequence[Case], office: str) -> tuple[int, str]:
    """How often an office was proposed as lead, and how often rightly."""
    held = [case for case in cases if case.answer.office == office]
    return len(held), shown(mean([case.right for case in held]))


def rights(cases: Sequence[Case]) -> tuple[str, str]:
    """The shares of right lead offices and right lead duties."""
    return (
        shown(mean([case.right for case in cases])),
        shown(mean([case.answer.duties[0] in case.leads for case in cases])),
    )


def kept(cases: Sequence[Case]) -> tuple[int, str, str, str]:
    """How many cases went direct, the share of them that was right, and its interval."""
    direct = [case.right for case in cases if case.answer.handling == "direct"]
    low, high = wilson(sum(direct), len(direct))
    return len(direct), shown(mean(direct)), shown(low), shown(high)


def taken_for(cases: Sequence[Case]) -> str:
    """The wrong duty that was proposed most often."""
    wrong = Counter(case.answer.duties[0] for case in cases if case.answer.duties[0] not in case.leads)
    return ", ".join(f"{duty} {n}" for duty, n in wrong.most_common(2))


def grouped(cases: Sequence[Case], key: object) -> list[tuple[str, list[Case]]]:
    """Cases by a key, the largest group first."""
    assert callable(key)
    held: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        held[key(case)].append(case)
    return sorted(held.items(), key=lambda one: (-len(one[1]), one[0]))


def worst(cases: Sequence[Case], evaluation: Evaluation) -> Iterator[str]:
    """The surest mistakes, with the beginning of the text."""
    wrong = sorted((case for case in cases if not case.right), key=lambda case: -case.answer.probability)
    for case in wrong[:WORST]:
        text = " ".join(f"{case.example.title} {case.example.body}".split())[:EXCERPT]
        duty = evaluation.chart.duties
        yield (
            f"- {case.example.id} ({case.answer.probability:.2f}): {duty[case.example.lead].name}, taken for "
            f"{duty[case.answer.duties[0]].name}. {text}…"
        )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def shown(value: float) -> str:
    """A figure as text: counts whole, shares to three places, nothing as a dash."""
    if value != value:
        return "–"
    if value <= 1:
        return f"{value:.3f}"
    return f"{value:.0f}" if value >= 20 or value == int(value) else f"{value:.2f}"
