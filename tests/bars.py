"""Long measurements, by `make bars`: throughput, start, memory, engines. Each prints its figures and its bar.

Machines drift, so what is compared runs in turns in one process, and medians and ratios are reported.
"""

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import torch

from models.artifact import LAYOUT, shipped
from models.encoder import Encoder, grouped
from models.neural import NeuralClassifier
from models.pipeline import Pipeline, assemble, open_pipeline
from models.weights import load_weights
from models.windows import batch, tokenise, windows
from nlp.reading import Reading
from serve.batch import Job, classify
from training.examples import Example
from training.splits import read_splits

TURNS = 5


def say(line: str) -> None:
    """One line of the result."""
    print(line, flush=True)  # noqa: T201


def write_csv(path: Path, texts: Sequence[tuple[str, str]]) -> Path:
    """A backlog of titles and bodies."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("신청번호", "민원제목", "민원내용"), *((f"{i:06}", *one) for i, one in enumerate(texts))]
        )
    return path


def in_turns(*tasks: Callable[[], object]) -> list[float]:
    """The median seconds of each task, run in turns."""
    seconds: list[list[float]] = [[] for _ in tasks]
    for _ in range(TURNS):
        for held, task in zip(seconds, tasks, strict=True):
            started = time.perf_counter()
            task()
            held.append(time.perf_counter() - started)
    return [statistics.median(held) for held in seconds]


def throughput(pipeline: Pipeline, examples: Sequence[Example], folder: Path) -> None:
    """The batch against the bare engine on the same texts."""
    source = write_csv(folder / "in.csv", [(one.title, one.body) for one in examples])
    readings = [pipeline.route([one.complaint])[0].reading for one in examples]
    sentences = [[one.text for one in reading.sentences] for reading in readings]
    job = Job(source, folder / "out.csv", {}, progress=False)
    encoder = pipeline.classifier.encoder
    chunks = [sentences[at : at + 512] for at in range(0, len(sentences), 512)]
    bare, whole = in_turns(lambda: [encoder.encode(chunk) for chunk in chunks], lambda: classify(job, pipeline))
    n = len(examples)
    rates = f"engine alone {n / bare:.1f}/s, classify {n / whole:.1f}/s"
    say(f"throughput: {n} texts; {rates}, ratio {bare / whole:.2f} (0.80)")


def start(folder: Path) -> None:
    """From the shell to the first result of one row, start included."""
    source = write_csv(folder / "one.csv", [("보안등", "골목 보안등이 꺼졌어요.")])
    command = [sys.executable, "-m", "serve", "classify", str(source), "-o", str(folder / "one_out.csv"), "--quiet"]
    (seconds,) = in_turns(lambda: subprocess.run(command, check=True, capture_output=True))
    say(f"start to first result: {seconds:.1f} s (8)")


class StandIn(NeuralClassifier):
    """Vectors drawn at random instead of the encoder's, so that memory is measured in minutes."""

    def encoded(self, readings: Sequence[Reading]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Random vectors of the right shapes; heads and lexical scores are real."""
        chance = np.random.default_rng(len(readings))
        n, most = len(readings), max(len(reading.sentences) for reading in readings)
        vectors = chance.normal(size=(n, most, 384)).astype(np.float32)
        return vectors, np.full((n, most), 12, np.int64), np.ones((n, most), np.int64)


def stand_in(rows: int, suffix: str) -> None:
    """Run in a process of its own: classify `rows` short rows and print the peak memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        text = "골목 보안등이 일주일째 꺼져 있어 밤길이 무섭습니다 고쳐 주세요 빨리"
        source = write_csv(Path(name) / "in.csv", [("", f"{text}{i % 97}") for i in range(rows)])
        real = open_pipeline()
        held = real.classifier
        classifier = StandIn(**{field: getattr(held, field) for field in NeuralClassifier.__slots__})
        pipeline = assemble(classifier, real.chart, real.city)
        classify(Job(source, Path(name) / f"out{suffix}", {}, progress=False), pipeline)
    say(f"{peak():.0f}")


def peak() -> float:
    """The most memory in MB that this program held. Not `ru_maxrss`, which a child inherits from its parent."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def memory() -> None:
    """Peak memory against the number of rows, for a stream and for a workbook."""
    for suffix in (".csv", ".xlsx", ".parquet"):
        peaks = []
        for rows in (10_000, 100_000):
            command = [sys.executable, "-m", "tests.bars", "stand-in", str(rows), suffix]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peaks.append(int(done.stdout.split()[-1]))
        say(f"memory, {suffix}: {peaks[0]} MB for 10,000 rows, {peaks[1]} MB for 100,000 (1,500)")


class Hidden(torch.nn.Module):
    """The encoder's last hidden state from ids and mask alone, as an exporter wants it."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Hidden states (windows, pieces, width)."""
        bias = (1.0 - mask[:, None, None, :].float()) * -1e9
        hidden: torch.Tensor = self.network(input_ids=ids, attention_mask=bias).last_hidden_state
        return hidden


def engines(encoder: Encoder, sentences: Sequence[Sequence[str]], folder: Path) -> None:
    """The serving engine beside onnxruntime and torch, all in 32-bit floats, on the same batches."""
    import onnxruntime as ort

    from training.base import load_base
    from training.finetune import load_encoder

    weights = load_weights(Path(str(shipped().joinpath(LAYOUT.encoder))))
    base = load_base(Path("artifacts/base"))
    network = load_encoder(base).train(False)
    network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    pieces = iter(tokenise(encoder.tokenizer, [one for text in sentences for one in text]))
    made = windows([[next(pieces) for _ in text] for text in sentences], encoder.head, encoder.end)
    batches = [batch(group, encoder.pad) for group in grouped(sorted(made, key=lambda one: len(one.ids)))]
    path = folder / "encoder.onnx"
    sample = (torch.from_numpy(batches[0].ids), torch.from_numpy(batches[0].mask))
    torch.onnx.export(
        Hidden(network), sample, str(path), input_names=["ids", "mask"], output_names=["hidden"], dynamo=False,
        dynamic_axes={name: {0: "windows", 1: "pieces"} for name in ("ids", "mask", "hidden")},
    )  # fmt: skip
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    @torch.no_grad()
    def by_torch() -> None:
        for one in batches:
            network(torch.from_numpy(one.ids), torch.from_numpy(one.mask))

    def by_onnx() -> None:
        for one in batches:
            session.run(None, {"ids": one.ids, "mask": one.mask})

    seconds = in_turns(lambda: [encoder.run(one) for one in batches], by_onnx, by_torch)
    names = ("OpenVINO", "onnxruntime", "torch")
    rates = ", ".join(f"{name} {len(sentences) / one:.1f}/s" for name, one in zip(names, seconds, strict=True))
    say(f"engines, 32-bit floats, {len(sentences)} texts: {rates}")


def main() -> None:
    """All measurements."""
    if sys.argv[1:2] == ["stand-in"]:
        stand_in(int(sys.argv[2]), sys.argv[3])
        return
    examples = read_splits().natural[:256]
    pipeline = open_pipeline(day=date.today())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start(folder)
        throughput(pipeline, examples, folder)
        memory()
        sentences = [[s.text for s in pipeline.route([one.complaint])[0].reading.sentences] for one in examples[:128]]
        engines(pipeline.classifier.encoder, sentences, folder)


if __name__ == "__main__":
    main()
