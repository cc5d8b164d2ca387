"""What the documents say is so: links, commands, columns, figures of the tables."""

import re
from pathlib import Path

import pytest

from models.orgchart import OrgChart
from serve.api import ROUTES
from serve.cli import parser
from serve.record import ADDED
from serve.settings import ROWS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_column_is_documented() -> None:
    text = (ROOT / "docs" / "classify.md").read_text(encoding="utf-8")
    for column in ADDED:
        stem = re.sub(r"_[23]$", "_1", column)
        assert f"`{stem}`" in text, column


def test_every_option_of_classify_is_documented() -> None:
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in ("docs/classify.md", "README.md"))
    choices = next(action for action in parser()._actions if action.dest == "command").choices
    assert choices is not None
    classify = dict(choices.items())["classify"]  # type: ignore[attr-defined]
    for action in classify._actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in {"--help", "--output"}:
                assert option in text, option


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_readmes_name_the_two_commands_and_the_true_counts(name: str, chart: OrgChart) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    assert str(len(chart.duties)) in text


def test_ci_runs_what_the_readme_says() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
    for row in ROWS:
        default = f"`{row.default}`" if row.default else ""
        assert f"| `{row.name}` | {default}".rstrip() in text, row.name


def test_every_address_is_documented() -> None:
    text = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
    for address in ROUTES:
        assert address in text, address
