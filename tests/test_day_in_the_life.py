"""A complaint's whole way through the rooms, as an officer would see it."""

import pytest

from models.pipeline import Pipeline
from models.router import Handling
from nlp.complaint import Complaint

PARK = (
    "밤마다 느릅공원 정자에서 어른들이 술을 마시고 소리를 지르며 싸웁니다. 어제는 공원 조명까지 깨뜨렸어요. "
    "깨진 조명을 고쳐 주시고, 밤에는 경찰이 순찰하면서 싸우는 사람들을 데려가 주세요. 제 번호는 010-1234-5678입니다."
)


def test_a_night_in_the_park_needs_the_parks_office_and_the_police(pipeline: Pipeline) -> None:
    (routed,) = pipeline.route([Complaint(id="1", title="공원이 무섭습니다", body=PARK)])
    routing = routed.routing
    assert {"parks", "police"} <= {routing.lead.id, *(office.id for office in routing.support)}
    assert routing.complexity == 4
    assert routing.handling is Handling.COORDINATOR
    said = " ".join(routed.reasons)
    assert "공원녹지과" in said
    assert "하남경찰서" in said
    assert "1234" not in said + routed.reading.text
    assert any(sentence.text in said for sentence in routed.reading.sentences)


def test_a_broken_lamp_goes_straight_to_the_roads_office(pipeline: Pipeline) -> None:
    (routed,) = pipeline.route([Complaint(id="1", body="집 앞 가로등이 꺼졌어요. 고쳐 주세요.")])
    assert routed.routing.lead.id == "roads"
    assert routed.routing.handling is Handling.DIRECT
    assert (routed.routing.complexity, routed.routing.kind) == (1, "other")


def test_what_asks_for_nothing_goes_to_a_person(pipeline: Pipeline) -> None:
    (routed,) = pipeline.route([Complaint(id="1", body="ㅋㅋㅋㅋ 테스트 1234")])
    assert routed.routing.handling is Handling.COORDINATOR


def test_a_complaint_is_routed_alike_alone_and_in_a_crowd(pipeline: Pipeline) -> None:
    crowd = [Complaint(id=str(i), body=f"{i}번 버스가 안 섭니다. " * (i + 1)) for i in range(20)]
    crowd.insert(7, Complaint(id="x", body=PARK))
    alone = pipeline.route([Complaint(id="x", body=PARK)])[0].routing
    among = pipeline.route(crowd)[7].routing
    assert [one.duty for one in among.top] == [one.duty for one in alone.top]
    assert among.top[0].probability == pytest.approx(alone.top[0].probability, abs=1e-4)


def test_no_complaints_give_no_routings(pipeline: Pipeline) -> None:
    assert pipeline.route([]) == []


def test_another_citys_name_is_pointed_out_and_our_own_is_not(pipeline: Pipeline) -> None:
    texts = ["천안시청 앞 도로가 파였습니다. 메워 주세요.", "하남시 도로가 파였습니다. 알려주시는 대로 기다릴게요."]
    there, here = pipeline.route([Complaint(id=str(at), body=text) for at, text in enumerate(texts)])
    assert any("천안시" in reason for reason in there.reasons)
    assert not any("다른 시·군" in reason for reason in here.reasons)
