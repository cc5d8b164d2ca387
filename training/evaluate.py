"""Evaluation: the pipeline beside its baselines, on our own tests and on real complaints, in one run."""

import json
from collections.abc import Sequence
from pathlib import Path

from models.pipeline import Pipeline, open_pipeline
from training.baseline import Linear, constant, zero_shot
from training.examples import Carried, Example
from training.report import Evaluation, report
from training.scoring import Answer, answer_of, cases_of
from training.splits import read_splits

CHUNK = 256


def write_report(model: Path | None, real: Path | None, output: Path, cache: Path) -> None:
    """Measure the model (the shipped one when None) and write the report with its plots."""
    evaluation = evaluate(open_pipeline(model), real, cache)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(report(evaluation, output.parent / "evaluation"), encoding="utf-8")


def evaluate(pipeline: Pipeline, real: Path | None, cache: Path) -> Evaluation:
    """Every system's answers on every test set."""
    splits, chart = read_splits(), pipeline.chart
    sets = {"natural": splits.natural, "several": splits.several, "none": splits.none}
    if real:
        sets["real"] = tuple(read_real(real))
    linear = Linear.fit(splits.train)
    cases = {}
    for name, examples in sets.items():
        answers: dict[str, list[Answer]] = {
            "minwon": routed(pipeline, examples),
            "linear": linear.answers(examples, chart),
            "zero-shot": zero_shot(examples, chart, cache),
            "constant": constant(splits.train, len(examples), chart),
        }
        cases[name] = {system: cases_of(examples, held, chart) for system, held in answers.items()}
    cases["none"] = {system: [*held, *cases["natural"][system]] for system, held in cases["none"].items()}
    return Evaluation(pipeline.classifier.version, chart, cases, len(splits.train))


def routed(pipeline: Pipeline, examples: Sequence[Example]) -> list[Answer]:
    """The pipeline's answers, the same way as in batch and intake."""
    answers: list[Answer] = []
    for at in range(0, len(examples), CHUNK):
        answers += map(answer_of, pipeline.route([one.complaint for one in examples[at : at + CHUNK]]))
    return answers


def read_real(path: Path) -> list[Example]:
    """Labelled real complaints (JSON Lines with `id`, `text`, `duties`, `lead`, `also_lead`, `complexity`, `kind`).

    Raises ValueError with the line that cannot be read.
    """
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            held = json.loads(line)
            examples.append(
                Example(
                    id=str(held["id"]), author="real", channel="", title=held.get("title", ""), body=held["text"],
                    duties=tuple(Carried(duty, ()) for duty in held["duties"]), lead=held["lead"],
                    also_lead=tuple(held["also_lead"]), complexity=held["complexity"], kind=held["kind"], flags={},
                )
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}:{number}: not a labelled complaint: {error!r}") from error
    return examples
