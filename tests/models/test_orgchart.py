from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models.orgchart import ConfigError, OrgChart, load_orgchart

DAY = date(2026, 11, 26)
Make = Callable[..., Path]


def refused(folder: Path, day: date = DAY) -> str:
    with pytest.raises(ConfigError) as caught:
        load_orgchart(folder, day)
    return str(caught.value)


def test_the_standard_city_holds_every_duty_and_office(chart: OrgChart) -> None:
    assert len(chart.duties) == 132
    assert chart.office_of("road.light").id == "roads"
    assert chart.office_of("agency.gas").kind == "private"


def test_a_finer_duty_belongs_to_its_parent(chart: OrgChart) -> None:
    assert chart.known("park.facility.playground") == "park.facility"
    assert chart.known("nothing.at.all") == ""
    with pytest.raises(KeyError, match=r"nothing\.at\.all"):
        chart.office_of("nothing.at.all")


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("duties", lambda text: text.replace("\troads\t", "\troadz\t", 1), "unknown office 'roadz'"),
        ("duties", lambda text: text.replace("\troads\t", "\t\t", 1), "has no office"),
        ("duties", lambda text: text + text.splitlines()[1] + "\n", "stands twice"),
        ("duties", lambda text: text.replace("2025-01-01", "2025-13-01", 1), "write 2026-01-31"),
        ("duties", lambda text: text.replace("definition", "meaning", 1), "no column definition"),
        ("offices", lambda text: text.replace("\tdepartment\t", "\tministry\t", 1), "kind 'ministry'"),
        ("offices", lambda text: text.replace("\tdepartment\t", " department ", 1), "check the tabs"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(
    city_folder: Make, table: str, change: Callable[[str], str], said: str
) -> None:
    message = refused(city_folder(**{table: change}))
    assert said in message
    assert f"{table}.tsv" in message


def test_all_problems_are_told_at_once(city_folder: Make) -> None:
    change = lambda text: text.replace("\troads\t", "\troadz\t", 1).replace("\tparks\t", "\tparkz\t", 1)  # noqa: E731
    assert len(refused(city_folder(duties=change)).splitlines()) == 2


def test_a_reorganisation_is_rows_with_dates(city_folder: Make) -> None:
    def moved(text: str) -> str:
        row = next(line for line in text.splitlines() if line.startswith("road.light\t"))
        cells = row.split("\t")
        old, new = [*cells[:-1], "2026-12-31"], [*cells[:3], "traffic", *cells[4:-2], "2027-01-01", ""]
        return text.replace(row, "\t".join(old) + "\n" + "\t".join(new))

    folder = city_folder(duties=moved)
    assert load_orgchart(folder, DAY).office_of("road.light").id == "roads"
    assert load_orgchart(folder, date(2027, 1, 1)).office_of("road.light").id == "traffic"


def test_a_duty_whose_office_is_gone_on_the_day_is_refused(city_folder: Make) -> None:
    def ended(text: str) -> str:
        row = next(line for line in text.splitlines() if line.startswith("roads\t"))
        cells = row.split("\t")
        cells[5] = "2026-06-30"
        return text.replace(row, "\t".join(cells))

    assert "does not exist on 2026-11-26" in refused(city_folder(offices=ended))


def test_an_office_without_a_duty_is_warned_of(city_folder: Make) -> None:
    folder = city_folder(offices=lambda text: text + "idle\tdepartment\t한가한과\t\t2025-01-01\t\t\n")
    assert any("idle" in warning for warning in load_orgchart(folder, DAY).warnings)


def test_a_missing_table_says_what_to_do(tmp_path: Path) -> None:
    assert "copy it from the standard config" in refused(tmp_path)
