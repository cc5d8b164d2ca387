import pytest

from nlp.clean import clean, is_courtesy


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("<p>가로등이 <b>꺼졌어요</b></p>", "가로등이 꺼졌어요"),
        ("첫 줄<br>둘째 줄", "첫 줄\n둘째 줄"),
        ("가로등&nbsp;고장&amp;수리", "가로등 고장&수리"),
        ("글 사이\u200b에 숨은\ufeff 글자", "글 사이에 숨은 글자"),
        ("띄어쓰기　　가   넓다", "띄어쓰기 가 넓다"),
        ("아아아아아아아아아아 제발", "아아아 제발"),
        ("제목: 신호등\n내용: 너무 짧아요", "신호등\n너무 짧아요"),
        ("고쳐 주세요\n-----원본 메시지-----\n보낸사람: 누구", "고쳐 주세요"),
        ("<script>alert(1)</script>불법주차", "불법주차"),
        ("1 < 2 이고 3 > 2 입니다", "1 < 2 이고 3 > 2 입니다"),
    ],
)
def test_clean_gives_the_text_as_its_writer_meant_it(raw: str, meant: str) -> None:
    assert clean(raw) == meant


def test_clean_composes_hangul_that_came_in_pieces() -> None:
    assert clean("\u1100\u1161\u1105\u1169\u1103\u1173\u11bc") == "가로등"


def test_clean_mends_text_that_was_decoded_wrongly() -> None:
    assert clean("가로등이 꺼졌어요".encode().decode("latin-1")) == "가로등이 꺼졌어요"


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean("제목: 신호등<br>\n내용:  너무   짧아요 &amp;lt;b&amp;gt;")
    assert clean(once) == once or "<" not in clean(once)


@pytest.mark.parametrize("sentence", ["안녕하세요.", "감사합니다!", "수고하세요~", "이상입니다.", "홍길동 드림"])
def test_a_greeting_or_thanks_is_a_courtesy(sentence: str) -> None:
    assert is_courtesy(sentence)


@pytest.mark.parametrize("sentence", ["가로등을 고쳐 주시면 감사하겠습니다.", "감사과 전화번호 알려 주세요."])
def test_a_request_with_polite_words_is_no_courtesy(sentence: str) -> None:
    assert not is_courtesy(sentence)
