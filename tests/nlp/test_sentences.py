import pytest

from nlp.sentences import split


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("가로등이 꺼졌어요. 고쳐 주세요!", ["가로등이 꺼졌어요.", "고쳐 주세요!"]),
        ("폭이 3.5m 입니다. 좁아요.", ["폭이 3.5m 입니다.", "좁아요."]),
        ("첫 줄\n둘째 줄", ["첫 줄", "둘째 줄"]),
        ("정말 답답해요ㅠㅠ 언제 고치나요?", ["정말 답답해요ㅠㅠ", "언제 고치나요?"]),
    ],
)
def test_end_marks_and_lines_end_a_sentence(text: str, parts: list[str]) -> None:
    assert texts(text) == parts


def test_a_text_without_punctuation_is_split_at_its_closing_endings() -> None:
    text = "아침마다 신호가 짧아 건너다 멈춥니다 어르신들은 반도 못 건너십니다 신호를 늘려 주시기 바랍니다 부탁드립니다"
    assert len(texts(text)) >= 3


def test_a_long_text_without_spaces_is_split_and_loses_nothing() -> None:
    text = "가로등이꺼졌는데아무도고치지않아서밤마다무섭습니다" * 40
    parts = texts(text)
    assert len(parts) > 1
    assert "".join(parts) == text


def test_every_character_but_space_is_in_exactly_one_sentence() -> None:
    text = '1. 첫째 요청입니다 2) 둘째입니다... (괄호) "인용"입니다.\n\n끝'
    assert "".join("".join(texts(text)).split()) == "".join(text.split())
    for sentence in split(text):
        assert text[sentence.start : sentence.end] == sentence.text
