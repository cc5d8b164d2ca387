"""The engine: who goes first, what happens at midnight, when it stops, and when a batch fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.orgchart import ConfigError
from models.pipeline import Pipeline, Routed
from nlp.complaint import Complaint
from serve.engine import Engine, FailedError, OverloadedError, StoppingError


def complaints(count: int, name: str = "b") -> list[Complaint]:
    return [Complaint(id=f"{name}{number}", body="가로등이 꺼졌어요") for number in range(count)]


def same(pipeline: Pipeline, day: date) -> Pipeline:
    return replace(pipeline, chart=replace(pipeline.chart, day=day))


def test_one_complaint_goes_before_those_of_a_large_request(pipeline: Pipeline) -> None:
    async def run() -> list[list[str]]:
        engine = Engine(pipeline, same, 100, 4)
        order: list[list[str]] = []
        first = engine.compute

        def seen(batch: Sequence[Complaint]) -> list[Routed]:
            order.append([one.id for one in batch])
            return first(batch)

        engine.compute = seen  # type: ignore[assignment, method-assign]
        large = asyncio.create_task(engine.route(complaints(6)))
        await asyncio.sleep(0)
        small = asyncio.create_task(engine.route(complaints(1, "a")))
        await asyncio.sleep(0)
        engine.start()
        await asyncio.gather(large, small)
        await engine.stop(5)
        return order

    assert asyncio.run(run())[0][0] == "a0"


def test_nothing_is_taken_in_beyond_the_limit_or_when_it_stops(pipeline: Pipeline) -> None:
    async def run() -> None:
        engine = Engine(pipeline, same, 2, 4)
        engine.start()
        with pytest.raises(OverloadedError):
            await engine.route(complaints(3))
        assert engine.waiting == 0
        await engine.stop(5)
        with pytest.raises(StoppingError):
            await engine.route(complaints(1))

    asyncio.run(run())


def test_what_waits_is_finished_before_it_stops(pipeline: Pipeline) -> None:
    async def run() -> int:
        engine = Engine(pipeline, same, 100, 2)
        engine.start()
        asked = asyncio.create_task(engine.route(complaints(5)))
        await asyncio.sleep(0)
        await engine.stop(30)
        return len(await asked)

    assert asyncio.run(run()) == 5


def test_a_complaint_that_breaks_the_engine_fails_alone_and_is_not_logged(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> list[object]:
        engine = Engine(pipeline, same, 100, 4)
        works = engine.compute

        def breaks(batch: Sequence[Complaint]) -> list[Routed]:
            if any(one.id == "bad0" for one in batch):
                raise ValueError(batch[0].body)
            return works(batch)

        engine.compute = breaks  # type: ignore[assignment, method-assign]
        asked = [engine.route([one]) for one in (*complaints(2), *complaints(1, "bad"))]
        waiting = [asyncio.create_task(one) for one in asked]
        await asyncio.sleep(0)
        engine.start()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        await engine.stop(5)
        return list(answers)

    good, other, bad = asyncio.run(run())
    assert isinstance(good, list)
    assert isinstance(other, list)
    assert isinstance(bad, FailedError)
    assert "ValueError" in caplog.text
    assert "가로등" not in caplog.text


def test_what_waits_too_long_at_the_end_is_refused(pipeline: Pipeline) -> None:
    async def run() -> None:
        engine = Engine(pipeline, same, 100, 2)
        asked = asyncio.create_task(engine.route(complaints(3)))  # never started: nothing is taken
        await asyncio.sleep(0)
        await engine.stop(0)
        with pytest.raises(StoppingError):
            await asked

    asyncio.run(run())


def test_a_new_day_brings_its_own_tables(pipeline: Pipeline) -> None:
    yesterday = same(pipeline, date.today() - timedelta(days=1))
    engine = Engine(yesterday, same, 10, 2)
    engine.compute(complaints(1))
    assert engine.day == date.today()


def test_broken_tables_leave_yesterdays_in_force(pipeline: Pipeline) -> None:
    def refuse(_pipeline: Pipeline, _day: date) -> Pipeline:
        raise ConfigError("duties.tsv:3: no office")

    yesterday = same(pipeline, date.today() - timedelta(days=1))
    engine = Engine(yesterday, refuse, 10, 2)
    assert len(engine.compute(complaints(1))) == 1
    assert engine.day == date.today() - timedelta(days=1)
