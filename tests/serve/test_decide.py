"""Cases and decisions on both databases: moves, refusals, clocks, ping-pong, several offices, undo, two at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from models.pipeline import Pipeline
from nlp.complaint import Complaint
from serve.audit import verify
from serve.cases import Arrival, World, open_case, tasks_of
from serve.decide import decide
from serve.moves import Actor, RefusedError, StaleError
from serve.schema import Case, CaseText, Clock, Deadline, Decided, Task
from serve.schema_people import Event
from serve.store import Store
from serve.tasks import act_on_task

COORDINATOR = Actor("kim", "coordinator")
ROADS, PARKS = Actor("road", "officer", "roads"), Actor("park", "officer", "parks")
POLICE = Actor("police", "officer", "police")
PARTY = (
    "공원에서 밤마다 술을 마시고 싸웁니다. 어제는 병을 던져 정자 난간이 부서졌으니 난간을 고쳐 주시고, "
    "밤에는 경찰이 순찰하면서 싸우는 사람들을 데려가 주셨으면 합니다."
)

Opened = Callable[..., int]


@pytest.fixture
def world(pipeline: Pipeline) -> World:
    return World(pipeline.city, pipeline.chart, "test")


@pytest.fixture
def opened(store: Store, pipeline: Pipeline, world: World) -> Opened:
    """Opens a case from words; its id comes back."""

    def make(body: str = PARTY, key: str = "1", channel: str = "counter", **more: str) -> int:
        complaint = Complaint(id="", body=body, channel=channel)
        (routed,) = pipeline.route([complaint])
        with store.write() as session:
            return open_case(session, Arrival(complaint, "test", key, **more), routed, world, COORDINATOR).id

    return make


@pytest.fixture
def move(store: Store, world: World) -> Callable[..., Case]:
    """Makes one move as somebody, with the newest version in hand."""

    def make(case: int, name: str, actor: Actor = COORDINATOR, **values: str) -> Case:
        with store.write() as session:
            held = session.get_one(Case, case)
            decide(session, held, name, values, actor, world, held.version)
        return held

    return make


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as caught:
        call()
    assert str(caught.value)
    assert caught.value.english
    return caught.value.code


def test_a_case_opens_in_review_with_its_tasks_clock_and_deadline(store: Store, opened: Opened) -> None:
    number = opened()
    with store.read() as session:
        case = session.get_one(Case, number)
        assert (case.state, case.lead, case.why) == ("review", "parks", "several")
        assert "police" in [one.office for one in tasks_of(session, case)]
        (clock,) = session.scalars(select(Clock).where(Clock.case_id == number))
        assert (clock.stage, clock.ended_at) == ("assign", None)
        assert case.due_at
        assert case.stage_due_at
        assert case.number.endswith(f"-{number:06d}")
        assert verify(session) == []


def test_what_the_router_is_sure_of_goes_to_its_office_at_once(store: Store, opened: Opened) -> None:
    number = opened("마을회관 앞 보안등이 일주일째 꺼져 있습니다. 고쳐 주세요.")
    with store.read() as session:
        case = session.get_one(Case, number)
        assert (case.state, case.lead, case.handling) == ("routed", "roads", "direct")


def test_the_day_of_a_case_with_two_offices(
    store: Store, opened: Opened, move: Callable[..., Case], world: World
) -> None:
    number = opened()
    assert move(number, "confirm").state == "routed"
    assert move(number, "accept", PARKS).state == "accepted"
    assert refusal(lambda: move(number, "answer", PARKS, text="고쳤습니다")) == "open_tasks"
    with store.write() as session:
        for task in session.scalars(select(Task).where(Task.case_id == number)):
            who = Actor("helper", "officer", task.office)
            act_on_task(session, task, "reply_task", {"text": "순찰을 늘렸습니다"}, who, world)
    with store.read() as session:
        assert session.get_one(Case, number).task_changed
    assert not move(number, "seen", PARKS).task_changed
    assert move(number, "answer", PARKS, text="고쳤습니다").state == "answered"
    assert move(number, "close", PARKS).state == "closed"
    with store.read() as session:
        assert session.get_one(CaseText, number).answer == "고쳤습니다"
        stages = session.scalars(select(Clock.stage).where(Clock.case_id == number).order_by(Clock.id)).all()
        assert stages == ["assign", "accept", "answer"]
        assert verify(session) == []


def test_the_lead_may_answer_first_with_a_reason(opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    move(number, "confirm")
    move(number, "accept", PARKS)
    assert move(number, "answer", PARKS, text="난간은 고쳤습니다", reason="경찰 회신은 따로 알림").state == "answered"


def test_after_two_reroutes_the_coordinators_lead_is_final(opened: Opened, move: Callable[..., Case]) -> None:
    number = opened("마을회관 앞 보안등이 일주일째 꺼져 있습니다. 고쳐 주세요.")
    assert move(number, "return", ROADS, reason="우리 업무 아님").state == "returned"
    move(number, "change_lead", office="공원녹지과")
    move(number, "confirm")
    assert move(number, "return", PARKS, reason="도로과 소관").reroutes == 2
    move(number, "change_lead", office="road.light")
    assert move(number, "confirm").lead_fixed
    assert refusal(lambda: move(number, "return", ROADS, reason="또 아님")) == "lead_fixed"


@pytest.mark.parametrize(
    ("name", "actor", "values", "code"),
    [
        ("fly", COORDINATOR, {}, "unknown_move"),
        ("accept", PARKS, {}, "state"),
        ("confirm", PARKS, {}, "role"),
        ("change_lead", COORDINATOR, {}, "needs"),
        ("change_lead", COORDINATOR, {"office": "달나라과"}, "office"),
        ("change_lead", COORDINATOR, {"office": "parks"}, "lead_twice"),
        ("add_office", COORDINATOR, {"office": "police"}, "support_twice"),
        ("drop_office", COORDINATOR, {"office": "여권"}, "no_task"),
        ("set_complexity", COORDINATOR, {"level": "5"}, "level"),
        ("set_kind", COORDINATOR, {"kind": "prayer"}, "kind"),
        ("transfer", COORDINATOR, {"office": "roads", "reason": "r"}, "own_body"),
        ("consult", COORDINATOR, {"who": "팀장", "when": "내일"}, "when"),
        ("link", COORDINATOR, {"other": "2026-999999"}, "other"),
        ("supplemented", COORDINATOR, {}, "not_paused"),
        ("note", COORDINATOR, {"text": "가" * 20_001}, "too_long"),
        ("undo", COORDINATOR, {}, "undo_none"),
    ],
)
def test_what_may_not_be_done_is_refused_with_its_reason(
    opened: Opened, move: Callable[..., Case], name: str, actor: Actor, values: dict[str, str], code: str
) -> None:
    number = opened()
    assert refusal(lambda: move(number, name, actor, **values)) == code


def test_a_change_of_kind_counts_the_period_anew_and_keeps_the_old_one(
    store: Store, opened: Opened, move: Callable[..., Case]
) -> None:
    number = opened()
    before = move(number, "note", text="확인").due_at
    case = move(number, "set_kind", kind="suggestion")
    assert case.due_at
    assert before
    assert case.due_at > before
    with store.read() as session:
        dues = session.scalars(select(Deadline.due_at).where(Deadline.case_id == number).order_by(Deadline.id)).all()
        assert dues == [before, case.due_at]


def test_a_second_extension_needs_consent_and_there_is_no_third(opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    move(number, "confirm")
    move(number, "accept", PARKS)
    first = move(number, "extend", PARKS, reason="현장 확인").due_at
    assert refusal(lambda: move(number, "extend", PARKS, reason="더")) == "consent"
    second = move(number, "extend", PARKS, reason="더", consent="yes").due_at
    assert first
    assert second
    assert second > first
    assert refusal(lambda: move(number, "extend", PARKS, reason="더더", consent="yes")) == "extended_twice"


def test_waiting_for_the_citizen_does_not_count(store: Store, opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    before = move(number, "supplement", reason="사진 요청").due_at
    with store.write() as session:
        session.get_one(Case, number).paused_at = datetime.now(UTC) - timedelta(days=7)
    after = move(number, "supplemented").due_at
    assert before
    assert after
    assert after > before + timedelta(days=4)


def test_what_the_task_force_decided_stays(opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    move(number, "refer_task_force", reason="주무 불명")
    move(number, "task_force_decided", office="도로관리과", outcome="정함")
    assert move(number, "confirm").lead_fixed
    assert refusal(lambda: move(number, "return", ROADS, reason="아님")) == "lead_fixed"
    assert refusal(lambda: move(number, "transfer", ROADS, office="police", reason="아님")) == "lead_fixed"


def test_a_confirmation_may_name_another_lead_and_is_taken_back_whole(
    opened: Opened, move: Callable[..., Case]
) -> None:
    number = opened()
    assert move(number, "confirm", office="roads").lead == "roads"
    case = move(number, "undo")
    assert (case.lead, case.state) == ("parks", "review")


def test_what_is_asked_ends_with_the_case(store: Store, opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    move(number, "confirm")
    move(number, "withdraw", reason="민원인이 취하함")
    with store.read() as session:
        assert tasks_of(session, session.get_one(Case, number)) == []


def test_a_task_waits_until_the_case_is_assigned(store: Store, opened: Opened, world: World) -> None:
    number = opened()
    with store.write() as session:
        task = session.scalars(select(Task).where(Task.case_id == number, Task.office == "police")).one()
        code = refusal(lambda: act_on_task(session, task, "accept_task", {}, POLICE, world))
    assert code == "not_worked_on"


def test_meetings_are_kept_with_their_outcome(store: Store, opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    assert move(number, "consult", who="도로팀장", when="2026-12-01T14:00").state == "consultation"
    assert move(number, "consulted", outcome="공원과가 맡기로").state == "review"
    assert move(number, "refer_task_force", reason="주무 불명").state == "task_force"
    case = move(number, "task_force_decided", office="도로관리과", outcome="도로관리과로 정함")
    assert (case.state, case.lead, case.lead_fixed) == ("review", "roads", True)
    with store.read() as session:
        held = session.scalars(select(Decided.move).where(Decided.case_id == number).order_by(Decided.id)).all()
        assert held == ["consult", "consulted", "refer_task_force", "task_force_decided"]


def test_ones_own_decision_is_taken_back_within_a_minute(
    store: Store, opened: Opened, move: Callable[..., Case]
) -> None:
    number = opened()
    move(number, "drop_office", office="police")
    with store.read() as session:
        assert "police" not in [one.office for one in tasks_of(session, session.get_one(Case, number))]
    assert refusal(lambda: move(number, "undo", Actor("choi", "coordinator"))) == "undo_other"
    move(number, "undo")
    with store.read() as session:
        assert "police" in [one.office for one in tasks_of(session, session.get_one(Case, number))]
    with store.read() as session:
        before = session.scalars(select(Clock.due_at).where(Clock.case_id == number)).all()
    move(number, "confirm")
    move(number, "undo")
    with store.read() as session:
        assert session.scalars(select(Clock.due_at).where(Clock.case_id == number)).all() == before
        assert session.get_one(Case, number).stage_due_at == before[0]
    move(number, "confirm")
    with store.write() as session:
        for one in session.scalars(select(Decided).where(Decided.case_id == number)):
            one.at -= timedelta(minutes=2)
    assert refusal(lambda: move(number, "undo")) == "undo_late"


def test_the_second_of_two_is_told_and_nothing_is_lost(store: Store, opened: Opened, world: World) -> None:
    number = opened()
    told: list[str] = []
    gate = threading.Barrier(8)

    def one(who: int) -> None:
        with store.read() as session:
            seen = session.get_one(Case, number).version
        gate.wait()
        try:
            with store.write() as session:
                case = session.get_one(Case, number)
                decide(session, case, "set_complexity", {"level": "2"}, Actor(f"c{who}", "coordinator"), world, seen)
            told.append("done")
        except (StaleError, StaleDataError):
            told.append("stale")

    threads = [threading.Thread(target=one, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done"] + ["stale"] * 7
    with store.read() as session:
        assert len(session.scalars(select(Decided)).all()) == 1
        assert verify(session) == []


def test_a_changed_or_missing_event_shows(store: Store, opened: Opened, move: Callable[..., Case]) -> None:
    number = opened()
    move(number, "confirm")
    with store.read() as session:
        assert verify(session) == []
        known = session.scalars(select(Event.digest).order_by(Event.id)).first()
        assert verify(session, str(known)) == []
        assert "not the trail" in verify(session, "0" * 63 + "1")[0]
    with store.write() as session:
        event = session.scalars(select(Event).where(Event.action == "confirm")).one()
        event.actor = "someone else"
    with store.read() as session:
        assert "was changed" in verify(session)[0]
    with store.write() as session:
        session.delete(session.scalars(select(Event).where(Event.action == "confirm")).one())
    with store.read() as session:
        assert "missing" in verify(session)[0]


def test_the_trail_holds_no_word_of_a_complaint(store: Store, opened: Opened, move: Callable[..., Case]) -> None:
    number = opened(complainant="홍길동", contact="010-1234-5678")
    move(number, "note", text="비밀 메모")
    move(number, "confirm")
    with store.read() as session:
        said = str([(one.actor, one.action, one.facts) for one in session.scalars(select(Event))])
    for word in ("공원에서", "홍길동", "1234", "비밀"):
        assert word not in said
