from pathlib import Path

import pytest

from training.drafts import read_drafts

DRAFT = """=== 7
duties: park.facility; agency.police_crime
lead: park.facility
also: agency.police_crime
level: 4
kind: other
flags: urgent, repeat=2
channel: web
title: 공원이 무섭습니다
body:
가로수: 이 줄은 본문입니다. [[1:벤치를 고쳐 주세요.]] 그리고 [[2:순찰도 부탁합니다.]]
=== 8
duties: road.light
lead: road.light
also:
level: 1
kind: other
flags:
channel: phone
title:
body:
가로등 나갔어요
"""


def test_a_draft_becomes_records_with_their_evidence(tmp_path: Path) -> None:
    path = tmp_path / "x01.txt"
    path.write_text(DRAFT, encoding="utf-8")
    first, second = read_drafts(path)
    assert first.id == "x01-007"
    assert first.author == "x01"
    assert [one.evidence for one in first.duties] == [("벤치를 고쳐 주세요.",), ("순찰도 부탁합니다.",)]
    assert "[[" not in first.body
    assert first.flags == {"urgent": 1, "repeat": 2}
    assert second.duties[0].evidence == ("가로등 나갔어요",)


def test_a_broken_record_is_named_by_author_and_number(tmp_path: Path) -> None:
    path = tmp_path / "x01.txt"
    path.write_text(DRAFT.replace("level: 1", "level: easy"), encoding="utf-8")
    with pytest.raises(ValueError, match="x01, record 8"):
        read_drafts(path)
