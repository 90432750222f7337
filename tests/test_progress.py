"""What is shown while a simulation marches: how often, where, and in which words."""

from __future__ import annotations

import io
import math
from types import SimpleNamespace

import pytest

from fluidgrad import progress


class Flow:
    """Stands for a simulation that takes steps of 0.01 s."""

    def __init__(self):
        self.t, self.step_count, self.dt, self.steady = 0.0, 0, 0.01, False
        self.survey = SimpleNamespace(rate=50.0, divergence=3e-15)

    def step(self):
        self.t, self.step_count = self.t + self.dt, self.step_count + 1


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(progress.time, "perf_counter", lambda: self.now)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def march(report, flow, clock, steps, seconds):
    """Take steps that last ``seconds`` each."""
    for _ in range(steps):
        clock.now += seconds
        flow.step()
        report(flow)


def test_a_function_is_called_after_each_step():
    flow, seen = Flow(), []
    with progress.reporter(flow, 1.0, lambda simulation: seen.append(simulation.step_count)) as report:
        for _ in range(5):
            flow.step()
            report(flow)
    assert seen == [1, 2, 3, 4, 5]


def test_silence(capsys, clock):
    flow = Flow()
    with progress.reporter(flow, 1.0, False) as report:
        march(report, flow, clock, 100, 1.0)
    assert capsys.readouterr() == ("", "")


def test_a_short_run_is_one_plain_line(capsys, clock):
    flow = Flow()
    with progress.reporter(flow, 1.0) as report:
        march(report, flow, clock, 100, 0.01)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith("100%  step 100  t 1/1 s  dt 1.00e-02  CFL 0.50  div 3e-15")


@pytest.mark.parametrize(("seconds", "lines"), [(1.0, 10), (0.5, 10), (0.1, 2), (12.0, 20)])
def test_plain_lines_are_neither_too_many_nor_too_few(capsys, clock, seconds, lines):
    """One per 10 % and 5 s at most, one a minute at least."""
    flow = Flow()
    with progress.reporter(flow, 1.0) as report:
        march(report, flow, clock, 100, seconds)
    assert abs(capsys.readouterr().out.count("\n") - lines) <= 1


def test_the_last_line_is_shown_when_the_march_fails(capsys, clock):
    flow = Flow()
    with pytest.raises(RuntimeError), progress.reporter(flow, 1.0) as report:
        march(report, flow, clock, 37, 0.01)
        raise RuntimeError
    assert capsys.readouterr().out.startswith(" 37%  step 37")


def test_nothing_is_shown_of_a_march_without_steps(capsys):
    with progress.reporter(Flow(), 1.0):
        pass
    assert capsys.readouterr().out == ""


def test_between_updates_only_the_clock_is_looked_at(clock):
    shown = []

    class Counting(progress.Reporter):
        def show(self, simulation):
            shown.append(simulation.step_count)

    flow = Flow()
    march(Counting(flow, 10.0), flow, clock, 1000, 0.001)
    assert shown[0] == 1
    assert len(shown) <= 11


def test_the_pace_leaves_out_the_first_step_and_output(clock):
    flow = Flow()
    report = progress.Reporter(flow, 10.0)
    assert report.pace is None
    march(report, flow, clock, 1, 20.0)
    march(report, flow, clock, 500, 0.002)
    march(report, flow, clock, 1, 3.0)
    march(report, flow, clock, 500, 0.002)
    assert report.pace == pytest.approx(0.002)


def test_the_time_left_is_in_proportion_to_the_time_since_the_first_step(clock):
    flow = Flow()
    report = progress.Reporter(flow, 1.0)
    assert report.remaining(flow) == math.inf
    march(report, flow, clock, 1, 20.0)
    assert report.remaining(flow) == math.inf
    march(report, flow, clock, 24, 2.0)
    assert report.share(flow) == pytest.approx(0.25)
    assert report.remaining(flow) == pytest.approx(150.0)


def test_a_march_that_starts_late_counts_from_there(clock):
    flow = Flow()
    flow.t = 3.0
    report = progress.Reporter(flow, 4.0)
    march(report, flow, clock, 50, 1.0)
    assert report.share(flow) == pytest.approx(0.5)


def test_the_bar_has_all_figures(clock, monkeypatch):
    from rich.console import Console

    flow, screen = Flow(), io.StringIO()
    monkeypatch.setattr(
        "rich.progress.get_console", lambda: Console(file=screen, force_terminal=True, width=120)
    )
    bar = progress.Bar(flow, 1.0)
    bar.open(flow)
    march(bar, flow, clock, 50, 0.1)
    bar.close(flow)
    text = screen.getvalue()
    for figure in ("50%", "step 50", "t 0.5/1 s", "dt 1.00e-02", "CFL 0.50", "div 3e-15", "5.0 s left"):
        assert figure in text


def test_a_notebook_shows_one_display_that_is_updated(clock, monkeypatch):
    shown, updates = [], []

    def display(picture, **options):
        shown.append((picture, options))
        return SimpleNamespace(update=lambda picture, raw: updates.append(picture))

    shell = SimpleNamespace(kernel=object())
    notebook = SimpleNamespace(get_ipython=lambda: shell, display=SimpleNamespace(display=display))
    monkeypatch.setitem(progress.sys.modules, "IPython", notebook)
    monkeypatch.setitem(progress.sys.modules, "IPython.display", notebook.display)
    flow = Flow()
    with progress.reporter(flow, 1.0) as report:
        assert isinstance(report, progress.NotebookBar)
        march(report, flow, clock, 100, 0.05)
    assert len(shown) == 1 and shown[0][1] == {"raw": True, "display_id": True}
    assert 'value="1.0000"' in updates[-1]["text/html"]
    assert "step 100" in updates[-1]["text/plain"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3600 * 5 + 420, "5 h 07 min"),
        (86400 * 3.2, "3.2 days"),
    ],
)
def test_durations_are_said_in_words(seconds, text):
    assert progress.duration(seconds) == text


def test_the_frame_counter_is_silent_without_a_terminal(capsys):
    with progress.counter("frames") as report:
        report(1, 2)
        report(2, 2)
    assert capsys.readouterr().out == ""


def test_a_steady_flow_has_arrived(clock):
    flow = Flow()
    with progress.reporter(flow, 10.0, False) as report:
        march(report, flow, clock, 5, 1.0)
        assert report.share(flow) < 0.1
        flow.steady = True
        assert report.share(flow) == 1.0
        assert report.remaining(flow) == 0.0
