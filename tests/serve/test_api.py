"""The intake endpoint as a counter's system uses it: a real server, real requests."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from models.pipeline import Pipeline
from serve.settings import read_settings
from tests.serve.running import NARROW, server

LAMP = {"id": "7", "title": "보안등", "body": "마을회관 앞 보안등이 일주일째 꺼져 있습니다. 고쳐 주세요."}
SECRET = "주민등록번호 900101-1234567"


@pytest.fixture(scope="module")
def client(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with server(read_settings({"MINWON_RATE": "0"}), pipeline, tmp_path_factory.mktemp("store")) as held:
        yield held


def test_a_complaint_gets_its_proposal_at_once(client: httpx.Client) -> None:
    answer = client.post("/v1/route", json={"complaints": [LAMP]})
    assert answer.status_code == 200
    (result,) = answer.json()["results"]
    assert result["id"] == "7"
    assert result["proposal"]["lead"]["id"] == "roads"
    assert result["proposal"]["top"][0]["duty"] == "road.light"
    assert result["proposal"]["kind"]["name"]
    assert result["proposal"]["reasons"]
    assert answer.headers["x-request-id"]


def test_a_proposal_over_http_is_that_of_the_pipeline(client: httpx.Client, pipeline: Pipeline) -> None:
    from nlp.complaint import Complaint

    texts = ["여권 재발급 어떻게 하나요", "공사장 소음 때문에 잠을 못 잡니다", "버스가 그냥 지나갔어요 기사 교육 좀"]
    sent = [{"id": str(number), "body": text} for number, text in enumerate(texts)]
    given = client.post("/v1/route", json={"complaints": sent}).json()["results"]
    own = pipeline.route([Complaint(id=one["id"], body=one["body"]) for one in sent])
    assert [one["proposal"]["lead"]["id"] for one in given] == [one.routing.lead.id for one in own]
    assert [one["proposal"]["probability"] for one in given] == pytest.approx(
        [one.routing.office_probability for one in own], abs=1e-3
    )


def test_an_empty_complaint_does_not_spoil_its_neighbours(client: httpx.Client) -> None:
    results = client.post("/v1/route", json={"complaints": [{"id": "a", "body": " "}, LAMP]}).json()["results"]
    assert results[0]["error"]["code"] == "unusable"
    assert results[0]["proposal"] is None
    assert results[1]["proposal"]["lead"]["id"] == "roads"


@pytest.mark.parametrize(
    ("send", "status", "code"),
    [
        (lambda c: c.post("/v1/route", json={"complaints": []}), 422, "bad_request"),
        (lambda c: c.post("/v1/route", json={"complaints": [LAMP] * 257}), 422, "bad_request"),
        (lambda c: c.post("/v1/route", json={"complaints": [{"text": SECRET}]}), 422, "bad_request"),
        (lambda c: c.post("/v1/route", content=b"{"), 422, "bad_request"),
        (lambda c: c.get("/v1/route"), 405, "method"),
        (lambda c: c.get("/nowhere"), 404, "not_found"),
    ],
)
def test_every_error_has_one_shape_and_repeats_nothing(
    client: httpx.Client, send: Callable[[httpx.Client], httpx.Response], status: int, code: str
) -> None:
    answer = send(client)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["request_id"] == answer.headers["x-request-id"]
    assert SECRET not in answer.text


def test_requests_at_once_are_all_answered(client: httpx.Client) -> None:
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/route", json={"complaints": [LAMP]}), range(48)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["results"][0]["proposal"]["probability"] for one in answers}) == 1


def test_health_readiness_the_chart_and_figures(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["ready"] is True
    chart = client.get("/v1/orgchart").json()
    assert {"duty", "name", "field", "office"} == set(chart["duties"][0])
    figures = client.get("/metrics").text
    assert 'minwon_requests_total{route="/v1/route",status="200"}' in figures
    assert "minwon_waiting 0.0" in figures


def test_the_document_names_every_address_with_an_example(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert {"/v1/route", "/v1/orgchart", "/healthz", "/readyz"} <= set(document["paths"])
    assert "보안등" in str(document["components"]["schemas"]["ComplaintIn"]["examples"])


def test_more_than_may_wait_is_told_when_to_come_back(pipeline: Pipeline, tmp_path: Path) -> None:
    with server(replace(read_settings({}), waiting=2), pipeline, tmp_path) as client:
        answer = client.post("/v1/route", json={"complaints": [LAMP] * 3})
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "overloaded"
        assert int(answer.headers["retry-after"]) >= 1
        assert client.post("/v1/route", json={"complaints": [LAMP]}).status_code == 200


def test_a_body_beyond_the_limit_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    with server(replace(read_settings({}), body=1_000), pipeline, tmp_path) as client:
        answer = client.post("/v1/route", json={"complaints": [{"body": "가" * 2_000}]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")

        def stream() -> Iterator[bytes]:
            yield b'{"complaints": ['
            yield b" " * 5_000

        assert client.post("/v1/route", content=stream()).status_code == 413


def test_a_key_is_asked_for_and_has_its_scopes(client: httpx.Client) -> None:
    no_key = {"Authorization": "", "Accept": "application/json"}
    body = {"complaints": [LAMP]}
    refused = client.post("/v1/route", json=body, headers=no_key)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert client.post("/v1/route", json=body, headers={"Authorization": "Bearer open barley"}).status_code == 401
    narrow = {"Authorization": f"Bearer {NARROW}"}
    assert client.post("/v1/route", json=body, headers=narrow).json()["error"]["code"] == "scope"
    assert client.get("/v1/cases", headers=narrow).status_code == 200


def test_a_caller_who_calls_too_often_is_told_when_to_come_back(pipeline: Pipeline, tmp_path: Path) -> None:
    with server(replace(read_settings({}), rate=2), pipeline, tmp_path) as client:
        answers = [client.get("/v1/orgchart") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
