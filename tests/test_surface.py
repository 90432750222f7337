"""Pressure and friction along walls against exact flows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from body_flows import circle, potential_cylinder, rectangle
from cli_tools import fluidgrad
from exact_flows import make_flow
from PIL import Image

from fluidgrad.analysis import surface
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid
from fluidgrad.plotting import plot_surface


@dataclass
class Turning:
    """Turns about a point at a rate."""

    x: float = 0.0
    y: float = 0.0
    rate: float = 0.0

    def at(self, x, y, t):
        return -self.rate * (y - self.y), self.rate * (x - self.x)

    def pivot_at(self, t):
        return self.x, self.y


@dataclass
class Shape:
    name: str
    wall: object
    motion: object
    speed: float = 1.0

    def distance(self, x, y, t):
        return self.wall(x, y)


def cylinder(radius=0.5, speed=1.0, rate=0.0):
    return Shape("cylinder", circle(0, 0, radius), Turning(rate=rate), speed)


def swirling(n, rate=2.0, radius=0.5):
    """Fluid that turns around a cylinder faster than the cylinder does, u = rate * r + 3 (r - 0.5)."""
    grid = Grid.uniform(n, n, (-1, 1), (-1, 1))
    inside = circle(0, 0, radius)

    def about(x, y):
        return rate + 3 * np.maximum(inside(x, y), 0) / np.maximum(np.hypot(x, y), 1e-9)

    flow = make_flow(
        grid, lambda x, y: -y * about(x, y), lambda x, y: x * about(x, y), lambda x, y: x * y + 2 * x
    )
    return replace(flow, distance=inside(*grid.mesh("node")))


def test_pressure_of_potential_flow():
    errors = []
    for n in (30, 60, 120):
        grid = Grid.uniform(2 * n, n, (-2, 4), (-1.5, 1.5))
        table = surface(potential_cylinder(grid), 1e-3, [cylinder()])
        exact = 1 - 4 * np.sin(np.radians(table["angle"])) ** 2
        errors.append(np.abs(table["cp"] - exact).max())
    assert errors[-1] < 0.12 and np.log2(errors[0] / errors[-1]) / 2 > 1.4


def test_friction_on_a_turning_cylinder():
    for n, tolerance in ((40, 0.05), (80, 0.02)):
        table = surface(swirling(n), 0.1, [cylinder(rate=2.0, speed=2.0)], reference_pressure=-0.2)
        # The fluid drags the wall along, anticlockwise: nu * 3 * r / r at the wall.
        np.testing.assert_allclose(table["shear"], 0.1 * 3, rtol=tolerance)
        x, y = table["x"], table["y"]
        np.testing.assert_allclose(table["cp"], 2 * (x * y + 2 * x + 0.2) / 4, atol=tolerance)


def test_the_table_goes_around_the_wall():
    table = surface(swirling(80), 0.1, [cylinder()])
    s, x, y, angle = (table[name] for name in ("s", "x", "y", "angle"))
    assert s[0] == 0 and (np.diff(s) > 0).all() and s[-1] == pytest.approx(np.pi, rel=2e-3)
    np.testing.assert_allclose(np.hypot(x, y), 0.5, atol=1e-3)
    assert angle[0] == pytest.approx(180, abs=3) and x.argmin() in (0, len(x) - 1)
    assert (np.diff(np.unwrap(np.radians(angle))) > 0).all()
    assert set(table["body"].tolist()) == {"cylinder"}
    plot_surface(table, along="angle")


def test_several_bodies_and_one_that_touches_a_side():
    grid = Grid.uniform(100, 60, (0, 5), (0, 3))
    bodies = [
        Shape("step", rectangle(1.5, 0.2, 1, 1.2), Turning()),
        Shape("cylinder", circle(3.5, 2, 0.5), Turning(3.5, 2)),
    ]
    flow = make_flow(grid, lambda x, y: 1 + 0 * x * y, lambda x, y: 0 * x * y)
    distance = np.minimum(*(body.wall(*grid.mesh("node")) for body in bodies))
    table = surface(replace(flow, distance=distance), 1e-2, bodies)
    assert list(dict.fromkeys(table["body"].tolist())) == ["step", "cylinder"]
    step = table["body"] == "step"
    # The outline of an open wall has its body on the left, too: here it runs from right to left.
    assert table["s"][step][-1] == pytest.approx(2.6, abs=0.1)
    assert table["x"][step][0] == pytest.approx(2, abs=0.01) and table["x"][step][-1] == pytest.approx(
        1, abs=0.01
    )
    assert table["s"][~step][-1] == pytest.approx(np.pi, rel=5e-3)


def test_without_bodies_there_are_no_walls():
    flow = make_flow(Grid.uniform(4, 4), lambda x, y: x * y, lambda x, y: x * y)
    with pytest.raises(ConfigError, match="no bodies"):
        surface(flow, 1e-2, [])
    far = replace(flow, distance=np.ones((5, 5)))
    with pytest.raises(ConfigError, match="no wall"):
        surface(far, 1e-2, [cylinder()])


CONFIG = """\
title = "A cylinder"
fluid.reynolds = 20.0
domain = { x = [-2.0, 4.0], y = [-2.0, 2.0], cells = [48, 32] }
boundaries = { left = { type = "inflow", normal = 1.0 }, right.type = "outflow", bottom.type = "slip", \
top.type = "slip" }
initial = { case = "uniform", u = 1.0 }
bodies = [{ name = "cylinder", shape = "circle", x = 0.0, y = 0.0, radius = 0.5 }]
time = { end = 0.3 }
output = { every = 0.1, series_every = 1, figure = "none" }
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cylinder")
    (folder / "cylinder.toml").write_text(CONFIG)
    result = fluidgrad("run", folder / "cylinder.toml", "--output", folder / "run")
    assert result.exit_code == 0, result.stderr
    return folder / "run"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["series", "--forces"], "forces.png"),
        (["plot", "--surface"], "surface.png"),
        (["plot", "--surface", "-t", "0.1"], "surface_t0.1.png"),
    ],
)
def test_forces_and_walls_of_a_run_are_drawn(run, words, name):
    command, *options = words
    result = fluidgrad(command, run, *options)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip().endswith(name)
    with Image.open(run / "figures" / name) as picture:
        assert min(picture.size) > 500


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["p", "--surface"], "give one of these"),
        (["--surface", "-t", "0.1", "-i", "1"], "one time"),
    ],
)
def test_options_that_do_not_go_together(run, options, words):
    result = fluidgrad("plot", run, *options)
    assert result.exit_code == 2 and words in " ".join(result.stderr.split())


def test_a_body_of_a_run_is_in_its_pictures_and_lists(run, tmp_path):
    result = fluidgrad("plot", run, "vorticity", "--streamlines", "-o", tmp_path / "a.png")
    assert result.exit_code == 0, result.stderr
    assert "bodies" in fluidgrad("info", run, "--verify").stdout
