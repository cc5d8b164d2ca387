from nlp.complaint import Complaint
from nlp.mentions import Lexicon
from nlp.reading import read, read_one


def test_a_title_that_the_body_repeats_is_not_said_twice() -> None:
    reading = read_one(Complaint(id="1", title="가로등 고장", body="가로등 고장 밤에 무섭습니다."))
    assert reading.text.count("가로등 고장") == 1
    assert reading.titled


def test_a_reading_holds_masked_text_and_says_what_was_masked() -> None:
    reading = read_one(Complaint(id="1", body="연락처 010-1234-5678 로 전화 주세요."))
    assert "1234" not in reading.text
    assert reading.masked == ("전화번호",)


def test_courtesies_are_marked_and_kept() -> None:
    reading = read_one(Complaint(id="1", body="안녕하세요. 보도블록이 깨졌어요. 감사합니다."))
    assert reading.courtesies == (True, False, True)


def test_offices_are_found_by_their_short_names_as_whole_words() -> None:
    lexicon = Lexicon({"건축과": ("office", "architecture"), "한전": ("office", "kepco")})
    (reading,) = read([Complaint(id="1", body="건축과 연결해 주세요. 안한전기 말고 한전에 물었어요.")], lexicon)
    named = [one.key for one in reading.mentions if one.kind == "office"]
    assert named == ["architecture", "kepco"]


def test_reading_is_the_same_alone_and_among_others() -> None:
    complaints = [Complaint(id=str(i), body=f"{i}번째 가로등이 꺼졌어요. 고쳐 주세요.") for i in range(5)]
    assert read(complaints)[3] == read_one(complaints[3])
