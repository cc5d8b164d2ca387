"""The recipe: from corpus and base to a sealed model folder, each stage a function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import torch
from datasets import Dataset, load_from_disk
from tokenizers import Tokenizer

from models.artifact import LAYOUT, LabelSet, Manifest, assemble, read_labels
from models.calibration import Calibration
from models.city import standard
from models.heads import Scores
from models.lexical import LexicalScores
from models.orgchart import OrgChart, load_orgchart
from models.weights import load_weights
from nlp.reading import read
from training.augment import described, disturb, joined_pairs
from training.base import load_base
from training.calibrate import fit_calibration, truth_of
from training.collate import Labels, prepare
from training.examples import FLAGS, KINDS, Example
from training.export import digest_all, export_network, seal
from training.finetune import Recipe, build, collator, fit
from training.graft import grafted
from training.lexical import export_lexical
from training.network import ComplaintNetwork
from training.signals import signalled
from training.splits import NAMES, paths_of, read_splits

PAIRS = 0.12  # joined pairs, as a share of the training texts
GRAFTS = 0.25  # stories with another request, likewise
SIGNALS = 0.25  # texts with a signal of complexity put in, likewise
CHAINED = 0.5  # of all texts, those read with run-on sentences
COPIES = 2  # differently disturbed copies of the corpus, taken in turn by the epochs


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a run keeps what: `cache` holds the base, `work` checkpoints and weights, `target` the model. A model that
    is trained `without` some duties never sees a text that touches them.
    """

    cache: Path
    work: Path
    target: Path
    recipe: Recipe
    start: Path | None = None  # a model folder to go on from, instead of the pretrained base
    without: tuple[str, ...] = ()


def todays_chart() -> OrgChart:
    """The standard city's org chart of today."""
    return load_orgchart(standard(), date.today())


def training_examples(examples: Sequence[Example], chart: OrgChart, seed: int) -> list[Example]:
    """The corpus as it is trained on: disturbed copies, joined pairs, grafts, signals, and the duty table's own
    words.
    """
    copies = [disturb(one, seed + copy) for copy in range(COPIES) for one in examples]
    pairs = joined_pairs(examples, chart, round(len(examples) * PAIRS * COPIES), seed)
    grafts = grafted(examples, round(len(examples) * GRAFTS * COPIES), seed)
    harder = signalled(examples, round(len(examples) * SIGNALS * COPIES), seed)
    return copies + [disturb(one, seed) for one in (*pairs, *grafts, *harder)] + described(chart)


def labels_of(plan: Plan) -> Labels:
    """The duties that a plan's model knows. Raises ValueError for a duty to leave out that the table lacks."""
    chart = todays_chart()
    if unknown := [duty for duty in plan.without if duty not in chart.duties]:
        raise ValueError(f"{', '.join(unknown)}: not in duties.tsv, so it cannot be left out")
    return Labels(tuple(duty for duty in chart.duties if duty not in plan.without), chart)


def covered(examples: Sequence[Example], duties: Sequence[str]) -> list[Example]:
    """The examples that touch none but these duties."""
    known = set(duties)
    return [one for one in examples if {one.lead, *one.also_lead, *(held.duty for held in one.duties)} <= known]


def train(plan: Plan) -> ComplaintNetwork:
    """Fit the network, or go on where an earlier run of the same plan stopped; its weights stay in `work`."""
    base, labels = load_base(plan.cache), labels_of(plan)
    torch.manual_seed(plan.recipe.seed)
    network = build(base, labels)
    if plan.start:
        load_released(network, plan.start, labels.duties)
    rows = training_rows(plan, labels, base.tokenizer)
    fit(network, rows, collator(base.tokenizer, len(labels.duties)), plan.recipe, plan.work / "checkpoints")
    torch.save(network.state_dict(), plan.work / "network.pt")
    return network


def load_released(network: ComplaintNetwork, folder: Path, duties: Sequence[str]) -> None:
    """The weights of a model folder, rounded as it keeps them, into a network of the same duties.

    Raises ValueError when the folder's model knows other duties.
    """
    if read_labels(folder).duties != tuple(duties):
        raise ValueError(f"{folder}: its model knows other duties than duties.tsv: fit from the base, without --start")
    for part, name in ((network.encoder, LAYOUT.encoder), (network.heads, LAYOUT.heads)):
        held = load_weights(folder / name)
        part.load_state_dict({key: torch.from_numpy(array) for key, array in held.items()})


def training_rows(plan: Plan, labels: Labels, tokenizer: Tokenizer) -> Dataset:
    """The training texts, tokenised; kept in `work` under a name that the corpus and the seed decide."""
    corpus = digest_all(paths_of("train"))
    known = sha256("\n".join(labels.duties).encode()).hexdigest()
    folder = plan.work / f"rows-{corpus[:12]}-{known[:6]}-{plan.recipe.seed}"
    if not folder.is_dir():
        examples = training_examples(read_splits().train, labels.chart, plan.recipe.seed)
        partial = folder.with_suffix(".partial")
        chosen = covered(examples, labels.duties)
        prepare(chosen, labels, tokenizer, CHAINED, plan.recipe.seed).save_to_disk(str(partial))
        partial.rename(folder)
    return load_from_disk(str(folder))


def load_trained(plan: Plan) -> tuple[ComplaintNetwork, Tokenizer, Labels]:
    """The network of an earlier `train`. Raises FileNotFoundError when there is none."""
    path = plan.work / "network.pt"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there: run `minwon train fit` first")
    base, labels = load_base(plan.cache), labels_of(plan)
    network = build(base, labels)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network, base.tokenizer, labels


def release(plan: Plan, version: str) -> Manifest:
    """Write the model folder: weights, then the calibration fitted on the engine's own answers, then the manifest."""
    network, tokenizer, labels = load_trained(plan)
    label_set = LabelSet(labels.duties, KINDS, FLAGS, network.heads.scale)
    export_network(network, tokenizer, label_set, plan.target)
    export_lexical(covered(read_splits().train, labels.duties), labels, plan.target)
    return recalibrate(plan.target, version)


def recalibrate(folder: Path, version: str) -> Manifest:
    """Fit the calibration of a model folder on the held-out texts, and seal it anew."""
    heldout = covered(read_splits().heldout, read_labels(folder).duties)
    scores, lexical, duties = raw_scores(folder, heldout)
    calibration = fit_calibration(scores, lexical, truth_of(heldout, duties, todays_chart()))
    corpus = [path for name in NAMES for path in paths_of(name)]
    config = Path(str(standard()))
    tables = [config / "duties.tsv", config / "offices.tsv", config / "city.toml"]
    metrics = {f"direct_share_at_{one.wanted}": one.share for one in calibration.promises}
    return seal(folder, calibration, version, corpus, tables, metrics, date.today())


def raw_scores(folder: Path, examples: Sequence[Example]) -> tuple[Scores, LexicalScores, tuple[str, ...]]:
    """Uncalibrated scores of examples by the exported files, and the order of their duties."""
    classifier = assemble(folder, "", 0, NO_CALIBRATION)
    return *classifier.score(read(one.complaint for one in examples)), classifier.duties


NO_CALIBRATION = Calibration(
    temperature=1.0,
    lexical=(0.0, 0.0),
    duty=(1.0, 0.0, 0.0),
    several=((1.0, 0.0, 0.0, 0.0),) * 2,
    steps=((1.0, 0.0, 0.0, 0.0),) * 3,
    flag_cuts=(0.5,) * len(FLAGS),
    kind_bias=(0.0,) * len(KINDS),
    kind_temperature=1.0,
    duty_threshold=0.5,
    support_threshold=0.5,
    several_threshold=0.5,
    promises=(),
)
