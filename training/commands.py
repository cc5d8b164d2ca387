"""`minwon train ...`: the data team's commands. Heavy packages are imported by the stage that needs them."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.recipe import Plan

WORK = Path("artifacts")
DIALS = ("epochs", "seed", "encoder_rate", "head_rate")


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: its help, its arguments, and what it runs (an exit code comes back)."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(line, flush=True)  # noqa: T201


def arguments(parser: argparse.ArgumentParser) -> None:
    """The stages, in the order of the recipe."""
    parser.set_defaults(stage=None)
    below = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    for name, (text, run, options) in STAGES.items():
        each = below.add_parser(name, help=text, description=text)
        each.set_defaults(stage_run=run)
        each.add_argument("--cache", type=Path, default=WORK / "base", help="where the base model's files are kept")
        each.add_argument("--work", type=Path, default=WORK / "work", help="where checkpoints and weights are kept")
        options(each)


def run(given: argparse.Namespace) -> int:
    """Run one stage; what is missing is said in a line."""
    try:
        stage: Callable[[argparse.Namespace], int] = given.stage_run
        return stage(given)
    except ModuleNotFoundError as error:
        say(f"minwon: {error.name} is not installed: run pip install 'minwon[train]' (README, training)")
    except (FileNotFoundError, RuntimeError, ValueError) as error:
        print(f"minwon: {error}", file=sys.stderr)  # noqa: T201
    return 2


def no_options(_: argparse.ArgumentParser) -> None:
    """A stage without options of its own."""


def base(given: argparse.Namespace) -> int:
    """Rebuild and check the base."""
    from training.base_check import check_base

    for line in check_base(given.cache):
        say(line)
    return 0


def corpus(given: argparse.Namespace) -> int:
    """Check the corpus and print its figures."""
    from training.corpus_check import check_corpus

    problems, lines = check_corpus()
    for line in [*lines, *problems]:
        say(line)
    return 2 if problems else 0


def audit_options(parser: argparse.ArgumentParser) -> None:
    """How many are shown."""
    parser.add_argument("--show", type=int, default=40, help="how many suspects are printed (default: 40)")


def audit(given: argparse.Namespace) -> int:
    """Labels of the training texts that look wrong."""
    from training.audit import suspects
    from training.splits import read_splits

    found = suspects(read_splits().train)
    for one in found[: given.show]:
        text = " ".join(f"{one.example.title} {one.example.body}".split())[:300]
        say(f"{one.example.id}: {one.example.lead}, looks like {one.looks_like} (by {one.margin:.2f}): {text}")
    say(f"{len(found)} of the training texts' leads are suspect: read them, and correct those that are wrong")
    return 0


def drafts_options(parser: argparse.ArgumentParser) -> None:
    """Which drafts go where."""
    parser.add_argument("drafts", type=Path, nargs="+", help="text files in the authors' format, one for each author")
    parser.add_argument("--split", choices=("train", "heldout", "natural", "several", "none"), required=True)


def drafts(given: argparse.Namespace) -> int:
    """Turn authors' drafts into corpus records."""
    from training.drafts import read_drafts
    from training.examples import write_examples
    from training.splits import CORPUS

    for path in given.drafts:
        examples = read_drafts(path)
        target = CORPUS / given.split / f"{path.stem}.jsonl"
        write_examples(target, examples)
        say(f"{target}: {len(examples)} records")
    return 0


def fit_options(parser: argparse.ArgumentParser) -> None:
    """The dials of fine-tuning."""
    parser.add_argument("--epochs", type=int, default=0, help="passes over the training texts (default: the recipe's)")
    parser.add_argument("--seed", type=int, default=0, help="seed (default: the recipe's)")
    parser.add_argument("--encoder-rate", type=float, default=0, help="the encoder's rate (default: the recipe's)")
    parser.add_argument("--head-rate", type=float, default=0, help="the heads' rate (default: the recipe's)")
    parser.add_argument("--start", type=Path, help="a model folder to go on from, such as models/release, not the base")
    without_option(parser)


def fit(given: argparse.Namespace) -> int:
    """Fine-tune, or go on where an earlier run stopped."""
    from training.recipe import train

    given.work.mkdir(parents=True, exist_ok=True)
    train(plan_of(given, given.work))
    say(f"{given.work / 'network.pt'}: trained")
    return 0


def without_option(parser: argparse.ArgumentParser) -> None:
    """Which duties the model must not know."""
    parser.add_argument("--without", nargs="+", default=[], metavar="DUTY", help="duties to leave out, for measuring")


def export_options(parser: argparse.ArgumentParser) -> None:
    """Where the model folder goes, and what it is called."""
    without_option(parser)
    parser.add_argument("target", type=Path, help="the model folder to write")
    parser.add_argument("--version", required=True, help="what the model calls itself, such as 2026.11.1")


def export(given: argparse.Namespace) -> int:
    """Write the model folder from trained weights, calibrated on the held-out texts."""
    from training.recipe import release

    manifest = release(plan_of(given, given.target), given.version)
    say(f"{given.target}: version {manifest.version}, {len(manifest.files)} files")
    return 0


def plan_of(given: argparse.Namespace, target: Path) -> "Plan":
    """The plan that the arguments describe."""
    from training.finetune import Recipe
    from training.recipe import Plan

    dials = {key: value for key in DIALS if (value := getattr(given, key, 0))}
    return Plan(given.cache, given.work, target, Recipe(**dials), getattr(given, "start", None), tuple(given.without))


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    """What is measured beside our own tests."""
    parser.add_argument("--real", type=Path, help="labelled real complaints (JSON Lines); their text is never written")
    parser.add_argument("--model", type=Path, help="a model folder (default: the one that is shipped)")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/evaluation.md"))


def evaluate(given: argparse.Namespace) -> int:
    """Measure the model beside the baselines and write the report."""
    from training.evaluate import write_report

    write_report(given.model, given.real, given.output, given.cache)
    say(f"{given.output}: written")
    return 0


def extend_options(parser: argparse.ArgumentParser) -> None:
    """From which model to which, by which table and texts."""
    parser.add_argument("source", type=Path, help="the model folder to start from")
    parser.add_argument("target", type=Path, help="the model folder to write")
    parser.add_argument("--version", required=True, help="what the new model calls itself")
    parser.add_argument("--config", type=Path, help="the city with the new duties (default: the shipped one)")
    parser.add_argument(
        "--examples", type=Path, help="texts of the new duties, as the corpus has them; may be left out"
    )


def extend(given: argparse.Namespace) -> int:
    """Teach a model the duties that the table has and it lacks, without training it anew."""
    from datetime import date

    from models.city import standard
    from models.orgchart import load_orgchart
    from training.examples import read_examples
    from training.open_doors import extend as add
    from training.splits import read_splits

    chart = load_orgchart(given.config or standard(), date.today())
    examples = read_examples([given.examples]) if given.examples else []
    add(given.source, given.target, chart, examples, read_splits().heldout, given.version)
    say(f"{given.target}: version {given.version}, written")
    return 0


def doors_options(parser: argparse.ArgumentParser) -> None:
    """Which model is extended."""
    parser.add_argument("model", type=Path, help="a model that was trained with `fit --without` and exported")


def doors(given: argparse.Namespace) -> int:
    """Measure how well duties are told that were added to a model trained without them."""
    from training.open_doors_check import measure

    for one in measure(given.model):
        say(
            f"{one.shots:2d} texts each: {one.duties} new duties told right {one.right:.3f} ({one.cases} tests); "
            f"old duties {one.old_before:.3f} before, {one.old_after:.3f} after ({one.old_cases}); {one.seconds:.0f} s"
        )
    return 0


Stage = Callable[[argparse.Namespace], int]
Options = Callable[[argparse.ArgumentParser], None]

STAGES: dict[str, tuple[str, Stage, Options]] = {
    "base": ("rebuild the pretrained base, trim its vocabulary, check it", base, no_options),
    "drafts": ("turn authors' drafts into corpus records", drafts, drafts_options),
    "corpus": ("check the corpus and print its figures", corpus, no_options),
    "audit": ("list labels that look wrong, for people to check", audit, audit_options),
    "fit": ("fine-tune the network on the corpus; resumable", fit, fit_options),
    "export": ("write a calibrated model folder", export, export_options),
    "extend": ("teach a model new duties of the table, from words and a few texts", extend, extend_options),
    "doors": ("measure how well added duties are told", doors, doors_options),
    "evaluate": ("measure a model beside the baselines and write the report", evaluate, evaluate_options),
}

TRAIN = Entry("teach: base, corpus, fine-tuning, export, evaluation", arguments, run)
