import pytest

from nlp.complaint import MAX_CHARACTERS, Complaint


@pytest.mark.parametrize("body", ["", "   \n", "!!! ...", "―"])
def test_a_complaint_without_a_letter_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="비어"):
        Complaint(id="1", body=body)


def test_a_title_alone_is_a_complaint() -> None:
    assert Complaint(id="1", title="가로등 고장", body="").title == "가로등 고장"


def test_a_text_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(ValueError, match=r"20,001"):
        Complaint(id="1", body="가" * (MAX_CHARACTERS + 1))


def test_a_text_that_is_mostly_unreadable_is_refused() -> None:
    with pytest.raises(ValueError, match="깨져"):
        Complaint(id="1", body="\ufffd" * 40 + "가로등")
