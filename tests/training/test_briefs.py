from collections import Counter

from models.orgchart import OrgChart
from training.briefs import sheet, wanted_duties
from training.examples import Example


def test_scarce_duties_come_first(chart: OrgChart, examples: list[Example]) -> None:
    written = {carried.duty for one in examples for carried in one.duties}
    duties = Counter(wanted_duties(chart, examples, 1, len(chart.duties) - len(written), 0))
    assert set(duties) == set(chart.duties) - written
    assert max(duties.values()) == 1
    assert wanted_duties(chart, examples, 2, 50, 1) == wanted_duties(chart, examples, 2, 50, 1)


def test_a_sheet_has_a_slot_for_each_duty_with_form_and_kind() -> None:
    lines = sheet("x01", "several", ["road.light", "park.tree"], 4).splitlines()
    slots = [line for line in lines if line.startswith("===")]
    assert len(slots) == 2
    assert "여러 곳" in slots[0]
    assert "한 곳(함정)" in slots[1]
    assert all("꼴:" in slot and "종류:" in slot for slot in slots)
