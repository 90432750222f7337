"""The validated flows past bodies: their grids, what is measured in them, and their figures."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from fluidgrad.interpolation import at_points
from fluidgrad.simulation import Simulation
from fluidgrad.validation import figures, report, wakes
from fluidgrad.validation.case import Measured
from fluidgrad.validation.cases import (
    CASES,
    dfg_cylinder,
    free_cylinder,
    oscillating_cylinder,
    towed_cylinder,
)
from fluidgrad.validation.outcome import Outcome, compare
from fluidgrad.validation.running import run_case

CURVES = {
    "taylor_couette": ("speed",),
    "oblique_poiseuille": ("u",),
    "dfg_cylinder": ("axis", "drag", "lift"),
    "free_cylinder": ("axis", "drag", "lift"),
    "square_cylinder": ("drag", "lift"),
    "towed_cylinder": ("held", "towed"),
    "oscillating_cylinder": ("force",),
}
"""Cases -> names of the curves in their figures."""


@pytest.mark.parametrize("growth", [0.02, 0.3])
def test_a_graded_axis(growth):
    axis = wakes.graded((-7.0, 30.0), (-1.0, 2.0), 0.125, growth)
    faces = np.array(axis["spacing"]["faces"])
    widths = np.diff(faces)
    assert axis["cells"] == widths.size
    assert faces[0] == -7.0 and faces[-1] == 30.0
    core = (faces[:-1] > -1.001) & (faces[1:] < 2.001)
    assert core.sum() == 24 and widths[core] == pytest.approx(0.125)
    ratios = [max(a / b, b / a) for a, b in pairwise(widths)]
    assert max(ratios) <= 1.0 + growth + 1e-9


def test_an_axis_whose_core_reaches_an_end():
    faces = wakes.graded((0.0, 2.2), (0.0, 0.45), 0.01, 0.06)["spacing"]["faces"]
    assert np.diff(faces)[:45] == pytest.approx(0.01)
    assert faces[-1] == 2.2


def test_a_peak_between_two_values():
    t = np.linspace(0.0, 3.0, 31)
    place, height = wakes.peak(t, 2.0 - (t - 1.234) ** 2)
    assert (place, height) == (pytest.approx(1.234), pytest.approx(2.0))


def test_a_history_records_every_few_steps_from_a_time_on():
    sim = Simulation.from_config(towed_cylinder.settings(6))
    history = wakes.History(lambda sim: (sim.t, 2 * sim.t), every=3, since=0.1)
    sim.run(0.5, progress=history)
    t, a, b = history.columns()
    assert t.size > 2 and t[0] >= 0.1
    assert np.array_equal(t, a) and np.array_equal(2 * t, b)


def test_the_pressure_at_the_wall_is_continued_from_the_fluid():
    """Exact for a pressure that is a parabola along the axis."""
    sim = Simulation.from_config(dfg_cylinder.SLOW(10))
    g = sim.grid

    class Flow:
        grid = g
        p = np.broadcast_to(g.x**2 + g.x, (g.ny, g.nx))

    front, rear = 0.15, 0.25
    assert dfg_cylinder.pressure_difference(Flow) == pytest.approx(front**2 + front - rear**2 - rear)


def test_a_steady_flow_starts_from_a_coarser_one():
    """The flow on the finer grid begins with what the coarser one ends with, and marches only the time given."""
    settings = free_cylinder.settings_at(20.0, 1.0)
    fine, coarse = (Simulation.from_config(settings(n)) for n in (10, 5))
    marched = []
    wakes.settle(fine, marched.append, settings, 10, coarsest=5, refined=0.25)
    assert marched == [0.25]
    coarse.run(progress=False)
    g = coarse.grid
    there = at_points(fine.grid, "x-face", fine.u, *np.broadcast_arrays(*g.mesh("x-face")))
    assert np.average(np.abs(there - coarse.u)[:, :-1], weights=g.dy[:, None] * g.dx) < 1e-3
    assert np.abs(coarse.u - 1.0).max() > 0.5


def test_morisons_formula():
    """Fitted to itself it gives its coefficients, and drag has the sign of the motion's opposite."""
    t = np.linspace(0.0, oscillating_cylinder.PERIOD, 50)
    base = oscillating_cylinder.morison(t)
    force = 2.09 * base[0] + 1.45 * base[1]
    assert np.linalg.lstsq(base.T, force, rcond=None)[0] == pytest.approx([2.09, 1.45])
    assert base[0, 0] == pytest.approx(1.0)  # it starts towards -x


@pytest.mark.parametrize(
    ("name", "resolutions"), [("oblique_poiseuille", (12, 24)), ("taylor_couette", (5, 8))]
)
def test_exact_flows_converge(name, resolutions):
    outcome = run_case(CASES[name], resolutions=resolutions)
    assert outcome.agrees, report.text([outcome])


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("count", [1, 2])
def test_figures(name, count):
    """Each figure can be drawn from one resolution and from two, and has a legend wherever there are curves."""
    case, x = CASES[name], np.linspace(0.01, 1.0, 40)
    rows, curves = [], {}
    for setup in case.setups:
        numbers = {q.key: q.published.value + 0.01 for q in setup.quantities}
        measured = [(n, Measured(numbers)) for n in (20, 40)[:count]]
        rows += compare(name, setup, measured)
        curves |= {(setup.name, n, key): (x, np.sin(9 * x)) for n, _ in measured for key in CURVES[name]}
    picture = figures.Picture(figsize=case.size)
    case.draw(picture, Outcome(name, case.title, case.resolution, tuple(rows), curves))
    assert picture.axes
    assert all(ax.get_legend() is not None for ax in picture.axes)
