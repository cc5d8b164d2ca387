from dataclasses import replace
from pathlib import Path

from models.orgchart import OrgChart
from training.baseline import Linear, constant
from training.examples import Example
from training.report import Evaluation, report
from training.scoring import cases_of


def test_the_report_holds_every_table_plot_and_no_real_text(
    tmp_path: Path, chart: OrgChart, examples: list[Example]
) -> None:
    texts = [*examples, replace(examples[0], kind="suggestion")]
    linear = Linear.fit(texts * 4)
    systems = {"minwon": linear.answers(examples, chart), "constant": constant(examples, len(examples), chart)}
    real = [replace(one, body=f"비밀 {one.body}") for one in examples]
    cases = {
        "natural": {name: cases_of(examples, held, chart) for name, held in systems.items()},
        "real": {name: cases_of(real, held, chart) for name, held in systems.items()},
    }
    page = report(Evaluation("test.1", chart, cases, len(examples)), tmp_path / "evaluation")
    assert "비밀" not in page
    for heading in ("## Calibration", "## Confusion", "## By office, natural", "## By duty, real", "worst mistakes"):
        assert heading in page
    assert {path.name for path in (tmp_path / "evaluation").iterdir()} >= {"reliability.svg", "direct.svg"}
