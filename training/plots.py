"""Plots of an evaluation, as SVG files beside the report."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.measures import wilson
from training.scoring import Case

MOST_OFFICES = 22


def axes_of(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty figure of a size in inches, with its axes."""
    figure = Figure(figsize=(width, height), layout="tight")
    return figure, figure.subplots()


def save(figure: Figure, path: Path) -> None:
    """Write a figure. The same figures give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "minwon"}):
        figure.savefig(path, format="svg", metadata={"Date": None})


def reliability(named: dict[str, Sequence[Case]], path: Path) -> None:
    """How often the lead office was right where the model was this sure, with Wilson's intervals."""
    figure, axes = axes_of(5, 5)
    axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=1, label="as claimed")
    for name, cases in named.items():
        order = sorted(cases, key=lambda case: case.answer.probability)
        bins = [part for part in np.array_split(np.arange(len(order)), 8) if len(part)]
        claimed = [float(np.mean([order[i].answer.probability for i in part])) for part in bins]
        hits = [sum(order[i].right for i in part) for part in bins]
        seen = [hit / len(part) for hit, part in zip(hits, bins, strict=True)]
        bounds = [wilson(hit, len(part)) for hit, part in zip(hits, bins, strict=True)]
        errors = np.array(
            [[max(0.0, s - low), max(0.0, high - s)] for s, (low, high) in zip(seen, bounds, strict=True)]
        ).T
        axes.errorbar(claimed, seen, yerr=errors, marker="o", capsize=3, label=f"{name} ({len(cases)})")
    axes.set(xlabel="probability of the lead office, as claimed", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="upper left")
    save(figure, path)


def direct_curve(named: dict[str, Sequence[Case]], path: Path) -> None:
    """First-time-right of the surest cases against how many of all they are."""
    figure, axes = axes_of(6, 4)
    for name, cases in named.items():
        order = sorted(cases, key=lambda case: -case.answer.probability)
        right = np.cumsum([case.right for case in order]) / np.arange(1, len(order) + 1)
        axes.plot(np.arange(1, len(order) + 1) / len(order), right, label=f"{name} ({len(cases)})")
    axes.axhline(0.95, color="#999999", linestyle="--", linewidth=1)
    axes.set(
        xlabel="share of complaints routed, surest first", ylabel="lead office right", ylim=(0.5, 1.01), xlim=(0, 1)
    )
    axes.legend(loc="lower left")
    save(figure, path)


def confusion(cases: Sequence[Case], path: Path) -> None:
    """Which office was proposed for which, among the offices with the most wrong cases; rows sum to one."""
    wrong = [case for case in cases if not case.right]
    counts = Counter(office for case in wrong for office in (case.lead_office, case.answer.office))
    offices = sorted(office for office, _ in counts.most_common(MOST_OFFICES))
    if not offices:
        return
    table = np.zeros((len(offices), len(offices)))
    for case in cases:
        proposed = case.lead_office if case.right else case.answer.office
        if case.lead_office in offices and proposed in offices:
            table[offices.index(case.lead_office), offices.index(proposed)] += 1
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    figure, axes = axes_of(9, 8)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(offices)), offices, rotation=90)
    axes.set_yticks(range(len(offices)), offices)
    axes.set(xlabel="proposed", ylabel="should lead")
    for row, column in zip(*np.nonzero(table), strict=True):
        colour = "white" if shares[row, column] > 0.6 else "black"
        axes.text(column, row, f"{int(table[row, column])}", ha="center", va="center", fontsize=7, color=colour)
    save(figure, path)
