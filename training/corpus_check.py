"""Checks of the corpus: what is refused, and its figures beside those of real complaints' registers."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

from models.orgchart import OrgChart
from nlp.reading import read_one
from training.collate import squeeze
from training.examples import FLAGS, KINDS, Example, read_examples
from training.measures import quadratic_kappa
from training.recipe import todays_chart
from training.splits import CORPUS, Splits, read_splits

NEAR = 0.6  # Jaccard of five-letter shingles from which two texts are near-duplicates
SHORT = 40  # letters below which only equal texts count: a caller's few words repeat by nature
LEAST = 12  # times that each duty stands in training
PLACE = re.compile(
    r"(?<![가-힣])[가-힣]{2,3}(?:동|역|초등학교|초|중학교|사거리|아파트|마을|대교)(?=[\s,.에은는이을의과와도앞옆]|$)"
)
COMMON = 3  # authors who may share a place name before it is said

# Real complaints of other cities, in the same measures (long letters; reports and asks of a call desk).
REGISTER = {
    "long: characters, 25 / 50 / 75 %": "256 / 360 / 537",
    "short: characters, 25 / 50 / 75 %": "25 / 39 / 60",
    "long: letters a sentence": "53",
    "long: greeting": "0.31",
    "long: a question anywhere": "0.36",
    "long: numbered list": "0.18",
    "long: two or more duties": "0.10",
    "long: complexity 1 / 2 / 3 / 4": "0.30 / 0.56 / 0.09 / 0.05",
    "long: second lead possible": "0.43",
    "long: kind other / suggestion / procedure / grievance / law": "0.45 / 0.28 / 0.18 / 0.06 / 0.04",
}


def check_corpus(corpus: Path = CORPUS) -> tuple[list[str], list[str]]:
    """Problems that must be mended, and the corpus' figures, one a line."""
    splits, chart = read_splits(corpus), todays_chart()
    everything = [example for examples in splits.named.values() for example in examples]
    problems = [problem for example in everything for problem in faults(example, chart)]
    problems += doubles(everything) + near_duplicates(everything) + scarce(splits, chart) + shared_places(everything)
    lines = [line for name, examples in splits.named.items() for line in figures(name, examples)]
    return problems, lines + agreement(corpus, everything)


def faults(example: Example, chart: OrgChart) -> Iterator[str]:
    """What is wrong with one record by itself."""
    duties = [one.duty for one in example.duties]
    for duty in {*duties, example.lead, *example.also_lead} - set(chart.duties):
        yield f"{example.id}: unknown duty {duty!r}"
        return
    if example.lead not in duties:
        yield f"{example.id}: the lead {example.lead} is not among the duties"
    if example.kind not in KINDS or example.complexity not in (1, 2, 3, 4) or set(example.flags) - set(FLAGS):
        yield f"{example.id}: kind {example.kind!r}, complexity {example.complexity} or a flag is not of the standard"
    letters, _ = squeeze(f"{example.title}\n{example.body}")
    if not letters:
        yield f"{example.id}: no letter or digit: intake would refuse it"
    for one in example.duties:
        if not one.evidence and not one.duty.startswith("none."):
            yield f"{example.id}: no passage carries {one.duty}"
        for passage in one.evidence:
            if squeeze(passage)[0] not in letters:
                yield f"{example.id}: evidence that is not in the text: {passage[:40]!r}"
    bodies = {chart.office_of(duty).body for duty in duties}
    offices = {chart.office_of(duty).id for duty in duties}
    floor = 4 if len(bodies) > 1 else 3 if len(offices) > 1 else 1
    if example.complexity < floor:
        yield f"{example.id}: complexity {example.complexity}, but {len(offices)} offices make it {floor}"


def doubles(examples: Sequence[Example]) -> list[str]:
    """Ids that stand twice."""
    counts = Counter(example.id for example in examples)
    return [f"{name}: the id stands {n} times" for name, n in counts.items() if n > 1]


def near_duplicates(examples: Sequence[Example]) -> list[str]:
    """Pairs of texts that share most of their five-letter shingles, or short ones that are equal."""
    texts = [squeeze(f"{example.title}{example.body}")[0] for example in examples]
    shingles = HashingVectorizer(analyzer="char", ngram_range=(5, 5), binary=True, norm=None, alternate_sign=False)
    table = shingles.transform(texts).astype(np.float32)
    sizes: NDArray[np.float32] = np.asarray(table.sum(axis=1)).ravel()
    found = []
    for start in range(0, len(texts), 512):
        shared = (table[start : start + 512] @ table.T).tocoo()
        for row, column, both in zip(shared.row + start, shared.col, shared.data, strict=True):
            if row >= column or both / (sizes[row] + sizes[column] - both) < NEAR:
                continue
            if min(len(texts[row]), len(texts[column])) >= SHORT or texts[row] == texts[column]:
                found.append(f"{examples[row].id} and {examples[column].id}: near-duplicates")
    return found


def scarce(splits: Splits, chart: OrgChart) -> list[str]:
    """Duties that training holds too rarely."""
    have = Counter(duty for one in splits.train for duty in {one.lead, *(c.duty for c in one.duties)})
    return [f"train: {duty} stands {have[duty]} times: at least {LEAST}" for duty in chart.duties if have[duty] < LEAST]


def shared_places(examples: Sequence[Example]) -> list[str]:
    """Invented place names that several authors use: a sign of copying, or of a place that is real."""
    authors: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        for name in PLACE.findall(f"{example.title} {example.body}"):
            authors[name].add(example.author)
    named = sorted(((len(who), name) for name, who in authors.items() if len(who) > COMMON), reverse=True)
    return [f"the place name {name} stands with {n} authors" for n, name in named if name not in words()]


def words() -> frozenset[str]:
    """Common nouns that look like place names."""
    text = (Path(__file__).parent / "data" / "not_places.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def figures(split: str, examples: Sequence[Example]) -> list[str]:
    """The split's figures, each beside what real complaints show."""
    long = [one for one in examples if length(one) >= 150]
    short = [one for one in examples if length(one) < 150]
    kinds = Counter(one.kind for one in long)
    levels = Counter(one.complexity for one in long)
    order = ("other", "suggestion", "inquiry_procedure", "grievance", "inquiry_law")
    n = max(1, len(long))
    ours = (
        quartiles(length(one) for one in long),
        quartiles(length(one) for one in short),
        sentence_length(long),
        share(long, r"안녕하"),
        share(long, r"\?"),
        share(long, r"(?:^|\s)(?:1\.|1\)|①|첫째|첫 번째)"),
        f"{sum(len(one.duties) > 1 for one in long) / n:.2f}",
        " / ".join(f"{levels[level] / n:.2f}" for level in (1, 2, 3, 4)),
        f"{sum(bool(one.also_lead) for one in long) / n:.2f}",
        " / ".join(f"{kinds[kind] / n:.2f}" for kind in order),
    )
    authors = len({one.author for one in examples})
    head = f"{split}: {len(examples)} texts of {authors} authors, {len(long)} long, {len(short)} short"
    return [
        head,
        *(f"  {name}: {one} (real: {real})" for (name, real), one in zip(REGISTER.items(), ours, strict=True)),
    ]


def length(example: Example) -> int:
    """Characters of title and body."""
    return len(example.title) + len(example.body)


def sentence_length(examples: Sequence[Example]) -> str:
    """The mean length of some texts' sentences."""
    lengths = [len(sentence.text) for one in examples for sentence in read_one(one.complaint).sentences]
    return f"{statistics.fmean(lengths):.0f}" if lengths else "-"


def quartiles(lengths: Iterable[int]) -> str:
    """The quartiles of some lengths."""
    values = sorted(lengths)
    return " / ".join(f"{cut:.0f}" for cut in statistics.quantiles(values, n=4)) if len(values) > 1 else "-"


def share(examples: Sequence[Example], pattern: str) -> str:
    """The share of texts that a pattern is found in."""
    hits = sum(bool(re.search(pattern, f"{one.title}\n{one.body}")) for one in examples)
    return f"{hits / max(1, len(examples)):.2f}"


def agreement(corpus: Path, examples: Sequence[Example]) -> list[str]:
    """How far second readers, who saw the texts alone, agree with the first: lines for the report."""
    second = {one.id: one for one in read_examples(sorted((corpus / "second").glob("*.jsonl")))}
    pairs = [(one, second[one.id]) for one in examples if one.id in second]
    if not pairs:
        return ["labelled twice: none"]
    chart = todays_chart()
    office = sum(chart.office_of(a.lead).id == chart.office_of(b.lead).id for a, b in pairs)
    either = sum(
        bool(
            {chart.office_of(d).id for d in (a.lead, *a.also_lead)}
            & {chart.office_of(d).id for d in (b.lead, *b.also_lead)}
        )
        for a, b in pairs
    )
    duty = sum(a.lead == b.lead for a, b in pairs)
    same = sum({c.duty for c in a.duties} == {c.duty for c in b.duties} for a, b in pairs)
    kind = sum(a.kind == b.kind for a, b in pairs)
    kappa = quadratic_kappa(np.array([a.complexity for a, _ in pairs]), np.array([b.complexity for _, b in pairs]))
    n = len(pairs)
    return [
        f"labelled twice, blind: {n} texts ({n / len(examples):.2f} of all)",
        f"  lead office equal {office / n:.3f}, with possible leads {either / n:.3f}; lead duty equal {duty / n:.3f}",
        f"  set of duties equal {same / n:.3f}; kind equal {kind / n:.3f}; complexity kappa {kappa:.3f}",
    ]
