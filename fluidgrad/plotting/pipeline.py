"""Work that goes on in a thread beside the drawing, in order: reading ahead, and encoding behind.

Reading, checking, compressing and encoding mostly happen outside Python's interpreter lock, so they cost a film no time
where there is a second core. The results do not depend on it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")

DEPTH = 2
"""Pieces of work that wait at most; each holds a flow or a frame in memory."""


def ahead(function: Callable[[Item], Result], items: Iterable[Item], depth: int = DEPTH) -> Iterator[Result]:
    """``function(item)`` of each item in turn, worked out up to ``depth`` items before it is asked for."""
    pool, waiting = ThreadPoolExecutor(1, "reading"), deque[Future]()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class Behind:
    """Calls ``function`` with copies of one array after the other, at most ``depth`` calls behind. An error in a call
    is raised by one of the next, or by :meth:`finish`."""

    def __init__(self, function: Callable[[np.ndarray], None], depth: int = DEPTH):
        self._function, self._depth = function, depth
        self._pool, self._waiting = ThreadPoolExecutor(1, "writing"), deque[Future]()

    def write(self, array: np.ndarray) -> None:
        """Hand over an array, which may change afterwards."""
        self._waiting.append(self._pool.submit(self._function, array.copy()))
        while len(self._waiting) > self._depth:
            self._waiting.popleft().result()

    def finish(self) -> None:
        """Wait until everything is done."""
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Let go of the thread, and of what has not been begun."""
        self._pool.shutdown(cancel_futures=True)
