"""Heavy answers are made once, one after the other, for those who still wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from siting.errors import OutputError
from siting.workshop.answer_queue import AnswerQueue


async def here():
    return False


async def gone():
    return True


def run(scenario):
    """Run in a thread: a browser test before may have left its loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, scenario).result()


def test_many_ask_the_same_and_it_is_made_once():
    made, answers = [], []

    def make():
        made.append(threading.current_thread())
        return b"map"

    async def scenario():
        queue = AnswerQueue(2, 50)

        async def ask():
            answers.append(await queue.answer("map", make, here))

        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(ask)

    run(scenario)
    assert answers == [b"map"] * 20
    assert len(made) == 1


def test_one_at_a_time_and_no_more_may_wait_than_are_let():
    running, most, refused = [], [], []

    def make():
        running.append(1)
        most.append(len(running))
        released.wait(30)
        running.pop()
        return b""

    released = threading.Event()

    async def scenario():
        queue = AnswerQueue(1, 3)

        async def ask(key):
            try:
                await queue.answer(key, make, here)
            except OutputError as error:
                refused.append((key, error.key))
                released.set()

        async with anyio.create_task_group() as group:
            for key in range(4):
                group.start_soon(ask, key)

    run(scenario)
    assert max(most) == 1
    assert len(most) == 3
    assert [key for _, key in refused] == ["export_busy"]


def test_nothing_is_made_for_who_hung_up():
    async def scenario():
        with pytest.raises(OutputError):
            await AnswerQueue(1, 3).answer("map", lambda: pytest.fail("made for nobody"), gone)

    run(scenario)
