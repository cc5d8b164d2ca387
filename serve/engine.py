"""The engine behind the endpoint: waiting complaints are taken together, so that the event loop never blocks."""

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from models.orgchart import ConfigError
from models.pipeline import Pipeline, Routed
from nlp.complaint import Complaint

Refresh = Callable[[Pipeline, date], Pipeline]
log = logging.getLogger("minwon.serve")


class OverloadedError(RuntimeError):
    """More is waiting than the engine may hold; `seconds` is when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


class StoppingError(RuntimeError):
    """The server is going down and takes nothing new."""


class FailedError(RuntimeError):
    """The engine failed over a complaint. Without a message: that of the cause may quote the complaint."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One complaint and who waits for it."""

    complaint: Complaint
    answer: "asyncio.Future[Routed]"


class Engine:
    """Routes complaints in batches, in a thread of its own. Single complaints go before those of large requests: behind
    one a citizen stands at the counter, behind the other a program waits.
    """

    def __init__(self, pipeline: Pipeline, refresh: Refresh, most: int, batch: int) -> None:
        self.pipeline, self.refresh, self.most, self.batch = pipeline, refresh, most, batch
        self.single: deque[Waiting] = deque()
        self.bulk: deque[Waiting] = deque()
        self.more = asyncio.Event()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self.stopping = False
        self.pace = 0.1  # seconds a complaint, as last measured
        self.task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many complaints wait."""
        return len(self.single) + len(self.bulk)

    def start(self) -> None:
        """Begin to work. Called inside the running event loop."""
        self.task = asyncio.create_task(self.work())

    async def route(self, complaints: Sequence[Complaint]) -> list[Routed]:
        """The routings, in order. Raises OverloadedError or StoppingError at once, before anything is taken in."""
        if self.stopping:
            raise StoppingError
        if self.waiting + len(complaints) > self.most:
            raise OverloadedError(max(1, round(self.waiting * self.pace)))
        loop = asyncio.get_running_loop()
        taken = [Waiting(one, loop.create_future()) for one in complaints]
        (self.single if len(taken) == 1 else self.bulk).extend(taken)
        self.more.set()
        return list(await asyncio.gather(*(one.answer for one in taken)))

    async def work(self) -> None:
        """Take batch after batch until told to stop and nothing waits."""
        while not (self.stopping and not self.waiting):
            if not self.waiting:
                self.more.clear()
                await self.more.wait()
                continue
            await self.serve(self.take())

    def take(self) -> list[Waiting]:
        """The next batch; those whose caller has gone are left out."""
        taken: list[Waiting] = []
        while len(taken) < self.batch and self.waiting:
            one = (self.single or self.bulk).popleft()
            if not one.answer.cancelled():
                taken.append(one)
        return taken

    async def serve(self, taken: Sequence[Waiting]) -> None:
        """Route one batch and hand out the answers. Where it fails, each is tried alone, so that only the one that
        makes it fail goes without; the log tells where, not what, since a message may quote the complaint.
        """
        if not taken:
            return
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            answers = await loop.run_in_executor(self.thread, self.compute, [one.complaint for one in taken])
        except Exception as error:  # whatever the engine fails over, the server goes on
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("a batch of %d failed: %s\n%s", len(taken), type(error).__name__, where)
            if len(taken) > 1:
                for one in taken:
                    await self.serve([one])
            elif not taken[0].answer.done():
                taken[0].answer.set_exception(FailedError())
            return
        self.pace = (loop.time() - started) / len(taken)
        for one, answer in zip(taken, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answer)

    def compute(self, complaints: Sequence[Complaint]) -> list[Routed]:
        """In the engine's thread: by the org chart of the day, which may have changed since the last batch."""
        today = date.today()
        if today != self.pipeline.chart.day:
            try:
                self.pipeline = self.refresh(self.pipeline, today)
            except ConfigError as error:
                log.error("the tables of %s cannot be used, those of %s still hold: %s", today, self.day, error)
        return self.pipeline.route(complaints)

    @property
    def day(self) -> date:
        """The day whose org chart holds."""
        return self.pipeline.chart.day

    async def stop(self, seconds: float) -> None:
        """Take nothing new, finish what waits, for at most so many seconds; what waits longer is refused."""
        self.stopping = True
        self.more.set()
        if self.task:
            done, _ = await asyncio.wait([self.task], timeout=seconds)
            if not done:
                self.task.cancel()
        for one in (*self.single, *self.bulk):
            if not one.answer.done():
                one.answer.set_exception(StoppingError())
        self.thread.shutdown(wait=False, cancel_futures=True)
