"""``fluidgrad compare``: differences, norms and orders against exact ones; pictures that show them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from cli_tools import CAVITY, fluidgrad
from numpy.testing import assert_allclose

from fluidgrad.analysis import convergence, difference, norms, profile
from fluidgrad.analysis.comparison import observed_order
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.output import open_run
from fluidgrad.plotting.compare import plot_comparison, plot_overlaid, plot_profiles
from fluidgrad.plotting.sidebyside import animate_comparison


def flow_of(grid: Grid, u, v, p, time=0.0, **sides) -> Flow:
    """A flow of functions of x and y, each at its own location."""
    at = {"u": "x-face", "v": "y-face", "p": "centre"}
    values = {
        name: np.broadcast_to(function(*grid.mesh(at[name])), grid.shape(at[name])).copy()
        for name, function in (("u", u), ("v", v), ("p", p))
    }
    along = {"u_bottom": u(grid.x_f, grid.y_f[0]), "u_top": u(grid.x_f, grid.y_f[-1])}
    along |= {"v_left": v(grid.x_f[0], grid.y_f), "v_right": v(grid.x_f[-1], grid.y_f)}
    along = {
        name: np.broadcast_to(q, grid.x_f.shape if name[0] == "u" else grid.y_f.shape)
        for name, q in along.items()
    }
    return Flow(grid=grid, time=time, step=0, **values, **along, **sides)


def zero(x, y):
    return 0.0 * x * y


def cubic(x, y):
    return 1 + x - 2 * y + x * y**2 - 0.5 * x**3 + 0.3 * x**2 * y**3


UNIT = Grid.uniform(16, 12)
STRETCHED = Grid(np.linspace(0, 1, 24) ** 1.4, np.linspace(0, 1, 19) ** 0.8)


def test_norms_of_known_differences():
    a, b = flow_of(UNIT, zero, zero, lambda x, y: 2 * x + 0 * y), flow_of(UNIT, zero, zero, zero)
    found = norms(a, b, "p")
    assert found.l1 == pytest.approx(1.0) and found.linf == pytest.approx(2 * UNIT.x[-1])
    assert found.l2 == pytest.approx(np.sqrt((4 * UNIT.x**2).mean()))
    assert np.isnan(found.relative).all(), "nothing to compare with"
    assert norms(b, a, "p").relative == pytest.approx((1.0, 1.0, 1.0))


def test_norms_weigh_by_area():
    a = flow_of(STRETCHED, zero, zero, lambda x, y: x + 0 * y)
    b = flow_of(STRETCHED, zero, zero, zero)
    area = STRETCHED.dy[:, None] * STRETCHED.dx
    assert norms(a, b, "p").l1 == pytest.approx((area * STRETCHED.x).sum())
    assert norms(a, b, "u").difference.area.sum() == pytest.approx(1.0), "faces share the domain"


@pytest.mark.parametrize("field", ["u", "v", "p"])
@pytest.mark.parametrize("fine", [STRETCHED, Grid.uniform(41, 37)])
def test_cubics_on_different_grids_are_the_same(field, fine):
    coarse = Grid.uniform(9, 11)
    a, b = (flow_of(grid, cubic, cubic, cubic) for grid in (coarse, fine))
    found = difference(a, b, field)
    assert_allclose(found.values, 0, atol=1e-12)
    assert found.spacing == coarse.spacing and found.values.shape == coarse.shape(found.field.location)
    assert_allclose(difference(b, a, field).values, 0, atol=1e-12)


def test_periodic_sides_are_joined():
    def wave(x, y):
        return np.sin(2 * np.pi * x) + 0 * y

    errors = []
    for n in (16, 32):
        coarse, fine = (Grid.uniform(k, 6, periodic_x=True, periodic_y=True) for k in (7, n))
        a, b = (flow_of(grid, wave, zero, wave) for grid in (coarse, fine))
        errors.append(max(norms(a, b, name).linf for name in ("u", "p")))
    assert errors[0] < 5e-3 and errors[1] < errors[0] / 12, "fourth order, also across the side"


def test_only_what_overlaps_is_compared():
    a = flow_of(Grid.uniform(10, 10, x=(0, 1)), zero, zero, lambda x, y: x + 0 * y)
    b = flow_of(Grid.uniform(10, 10, x=(0.5, 1.5)), zero, zero, zero)
    found = difference(a, b, "p")
    assert found.x.min() > 0.5 and found.x.max() < 1 and found.area.sum() == pytest.approx(0.5)
    with pytest.raises(ConfigError, match="do not overlap"):
        difference(a, flow_of(Grid.uniform(4, 4, x=(3, 4)), zero, zero, zero), "p")


def test_bodies_are_left_out():
    def inside(grid):
        x, y = grid.mesh("node")
        return np.hypot(x - 0.5, y - 0.5) - 0.2

    grids = (Grid.uniform(20, 20), Grid.uniform(50, 50))
    a, b = (flow_of(grid, cubic, cubic, cubic, distance=inside(grid)) for grid in grids)
    found = difference(a, b, "p")
    hidden = np.isnan(found.values)
    assert 0.1 < found.area[hidden].sum() < 0.2
    away = np.hypot(found.x - 0.5, found.y[:, None] - 0.5) > 0.35
    assert_allclose(found.values[away], 0, atol=1e-12)
    assert norms(a, b, "p").linf < 2e-3, "beside the wall two values along each axis serve"


@pytest.mark.parametrize("order", [1.0, 1.7, 2.0, 4.0])
@pytest.mark.parametrize("steps", [(0.4, 0.2, 0.1), (0.3, 0.2, 0.07)])
def test_the_order_of_known_errors(order, steps):
    apart = [abs(h**order - g**order) for h, g in pairwise(steps)]
    assert observed_order(steps, apart) == pytest.approx(order, abs=1e-9)
    assert np.isnan(observed_order(steps, (1.0, 9.0))) and np.isnan(observed_order(steps, (0.0, 1.0)))


def test_convergence_of_a_second_order_error():
    def at(n):
        h = 1 / n
        return flow_of(Grid.uniform(n, n), zero, zero, lambda x, y: np.sin(3 * x) * y + h**2 * (1 + x * y))

    found = convergence([at(32), at(8), at(16)], "p")
    assert found.spacings == sorted(found.spacings, reverse=True) and len(found.differences) == 2
    assert found.orders[0] == pytest.approx((2, 2, 2), abs=0.12)
    with pytest.raises(ConfigError, match="three runs, each on a finer grid"):
        convergence([at(8), at(8), at(16)], "p")


def test_profiles_are_exact_and_reach_the_walls():
    flow = flow_of(STRETCHED, cubic, cubic, cubic)
    cut = profile(flow, "u", x=0.37)
    assert (cut.axis, cut.place) == ("y", 0.37) and cut.position[0] == 0 and cut.position[-1] == 1
    assert_allclose(cut.values, cubic(0.37, cut.position), atol=1e-12)
    cut = profile(flow, "p", y=0.61)
    assert cut.position.size == STRETCHED.nx
    assert_allclose(cut.values, cubic(cut.position, 0.61), atol=1e-12)
    with pytest.raises(ConfigError, match="give one of them"):
        profile(flow, "u")
    with pytest.raises(ConfigError, match="outside the domain"):
        profile(flow, "u", x=1.2)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (folder / "cavity.toml").write_text(CAVITY)
    for n in (8, 12, 16):
        result = fluidgrad(
            "run", folder / "cavity.toml", "-o", folder / f"n{n}", "--set", f"domain.cells=[{n},{n}]"
        )
        assert result.exit_code == 0, result.stderr
    return [folder / f"n{n}" for n in (8, 12, 16)]


def test_panels_show_fields_and_differences_on_common_limits(runs):
    figure = plot_comparison(runs, "u")
    panels = [ax for ax in figure.axes if ax.get_xlabel() or ax.images]
    images = [ax.images[0] for ax in figure.axes if ax.images and ax.get_aspect() != "auto"]
    assert len(images) == 5
    limits = {image.get_clim() for image in images[:3]}
    assert len(limits) == 1
    low, high = images[3].get_clim()
    assert low == -high and images[4].get_clim() == (low, high)
    titles = [ax.get_title(loc="left") for ax in panels if ax.get_title(loc="left")]
    assert "n8, t = 0.2 s" in titles and "n16 less n8" in titles


def test_what_all_domains_have_in_common_is_shown():
    flows = [flow_of(Grid.uniform(6, 6, x=ends), cubic, cubic, cubic) for ends in ((0, 2), (1, 4))]
    panels = [ax for ax in plot_comparison(flows, "p").axes if ax.get_aspect() != "auto"]
    assert {ax.get_xlim() for ax in panels} == {(1.0, 2.0)}
    with pytest.raises(ConfigError, match="do not overlap"):
        plot_comparison([flows[0], flow_of(Grid.uniform(6, 6, x=(5, 6)), cubic, cubic, cubic)], "p")


def test_profiles_and_series_have_a_curve_for_each_run(runs):
    figure = plot_profiles(runs, [("x", 0.5), ("y", 0.5)], ("u",))
    assert [len(ax.lines) for ax in figure.axes] == [3, 3]
    assert [ax.get_xlabel() for ax in figure.axes] == ["y [m]", "x [m]"]
    figure = plot_overlaid(runs, ["kinetic_energy"])
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["n8", "n12", "n16"]
    assert np.array_equal(ax.lines[1].get_ydata(), open_run(runs[1]).series["kinetic_energy"])


def test_a_film_of_all_runs(runs, tmp_path):
    counted = []
    path = animate_comparison(
        runs[:2], tmp_path / "a.gif", "u", size=(320, 180), progress=lambda *done: counted.append(done)
    )
    from PIL import Image

    with Image.open(path) as film:
        assert film.size == (320, 180) and film.n_frames == 3
    assert counted == [(1, 3), (2, 3), (3, 3)]


def test_the_table(runs):
    result = fluidgrad("compare", *runs, "--field", "u", "--dpi", 40)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    found = norms(open_run(runs[1]), open_run(runs[0]), "u")
    assert lines[0].split()[:4] == ["field", "run", "less", "cells"]
    assert lines[1].split()[:7] == ["u", "n12", "n8", "12x12", "0.2", f"{found.l1:.4g}", f"{found.l2:.4g}"]
    assert any("n8, n12, n16" in line for line in lines) and lines[-1].endswith("figures/compare_u.png")


def test_other_times_are_told(runs):
    later = fluidgrad("compare", *runs[:2], "--time", "0.13", "--field", "u", "--dpi", 40)
    assert later.exit_code == 0 and "0.1 " in later.stdout and not later.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--along", "z=1"], "give a line as x=0.5 or y=0.5"),
        (["--along", "x=7"], "outside the domain"),
        (["--along", "x=0.5", "--animate"], "one picture at a time"),
        (["--field", "nonsense"], "no field 'nonsense'"),
        (["--time", "nan"], "time nan is not a moment of the run"),
        (["--series", "nonsense"], "no column 'nonsense'"),
    ],
)
def test_mistakes_are_one_sentence(runs, options, words):
    result = fluidgrad("compare", *runs[:2], *options)
    assert result.exit_code == 2 and words in result.stderr.replace("\n", " ")


def test_one_run_is_too_few(runs):
    result = fluidgrad("compare", runs[0])
    assert result.exit_code == 2 and "two to 6 runs" in result.stderr
