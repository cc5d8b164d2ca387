from pathlib import Path

import pytest

from nlp.privacy import mask
from tests.nlp.privacy_report import table


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("제 번호는 010-2345-6789 입니다", "전화번호", "2345"),
        ("주민번호 900101-1234568 입니다", "주민등록번호", "1234568"),
        ("메일은 hong@example.com 으로", "전자우편", "hong@"),
        ("차량번호 12가 3456 을 단속해 주세요", "차량번호", "3456"),
        ("저는 홍길동이라고 합니다", "이름", "홍길동"),
        ("101동 1203호에 삽니다", "상세주소", "1203"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(text: str, kind: str, secret: str) -> None:
    masking = mask(text)
    assert kind in masking.kinds
    assert f"[{kind}]" in masking.text
    assert secret not in masking.text


@pytest.mark.parametrize(
    "text",
    [
        "저는 신도시 주민입니다",
        "버스 3302번 배차를 늘려 주세요",
        "2024년 3월 15일 14시 30분에 신고했습니다",
        "도로 폭이 3.5m, 길이 1200m 입니다",
        "예산 150,000,000원이 들었다고 합니다",
    ],
)
def test_what_is_no_personal_data_is_left_alone(text: str) -> None:
    assert mask(text).text == text


def test_marks_of_an_earlier_masking_are_kept_as_circles() -> None:
    assert mask("▲▲▲동 앞 도로").text == "○○동 앞 도로"


def test_our_own_cases_are_masked_at_the_documented_rates() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = table()
    assert sum(count for _, count, _ in rows) >= 300
    for kind, count, share in rows:
        assert f"| {kind} | {count} | {share:.3f} |" in documented
