"""Marching a simulation to a time: outputs at their times, signals, progress."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import contextmanager

from fluidgrad.errors import BlowUpError, Interrupted


@contextmanager
def signals_held():
    """Within it SIGINT and SIGTERM do nothing but append their number to the list that it yields, so that a step
    is always finished. Outside the main thread signals are left as they are."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    previous = {
        number: signal.signal(number, lambda n, _frame: caught.append(n))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield caught
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def march(simulation, end: float, progress: bool | Callable) -> None:
    """Advance to ``end`` (s) or to a steady state, storing results if the simulation has a recorder.

    Raises
    ------
    BlowUpError : after the last good state was stored.
    Interrupted : on SIGINT or SIGTERM, after the step was finished and the state stored.
    """
    from fluidgrad.progress import reporter

    recorder = simulation.recorder
    with signals_held() as caught, reporter(simulation, end, progress) as report:
        if recorder:
            recorder.begin(simulation)
        while simulation.t < end and not simulation.steady:
            if caught:
                _interrupt(simulation, caught[0])
            try:
                simulation.step(min(end, recorder.next_time) if recorder else end)
            except BlowUpError as error:
                if recorder:
                    recorder.blew_up(simulation, str(error))
                raise
            if recorder:
                recorder.after_step(simulation)
            report(simulation)
        if recorder:
            recorder.finish(simulation)


def _interrupt(simulation, number: int) -> None:
    name = signal.Signals(number).name
    where = f"t = {simulation.t:.6g} s, step {simulation.step_count}"
    if simulation.recorder is None:
        raise Interrupted(f"{name} at {where}; run() again goes on from there", number)
    simulation.recorder.interrupted(simulation, name)
    raise Interrupted(f"{name} at {where}; {simulation.recorder.advice}", number)
