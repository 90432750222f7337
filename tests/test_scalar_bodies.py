"""Scalars beside bodies: exact conduction, conservation, bounds, transfer numbers."""

from __future__ import annotations

import numpy as np
import pytest
from test_bodies import stop_after

from fluidgrad.bodies import Body, Walls
from fluidgrad.boundary import SIDES
from fluidgrad.config import load
from fluidgrad.cutcells import CutCells, cell_means
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import momentum
from fluidgrad.motion import RigidMotion
from fluidgrad.output import open_run
from fluidgrad.recording import Recorder
from fluidgrad.scalars import Scalar, ScalarSide
from fluidgrad.scalarwalls import ScalarWalls
from fluidgrad.shapes.simple import HalfPlane
from fluidgrad.simulation import Simulation

WALLS = {side: {"type": "wall"} for side in SIDES}
CENTRE = (0.013, -0.007)
INNER, OUTER = 0.5, 1.0


def order(coarse, fine, ratio):
    return np.log(coarse / fine) / np.log(ratio)


def cell_averages(grid, values, points=12):
    """Means over the cells of a function of x and y."""
    x, y = grid.mesh("centre")
    offsets = (np.arange(points) + 0.5) / points - 0.5
    shifted = [(x + a * grid.dx, y + b * grid.dy[:, None]) for a in offsets for b in offsets]
    return np.mean([values(*at) for at in shifted], axis=0)


def open_cells(sim, name="c"):
    return sim.stepper.transports[name].walls.share[H:-H, H:-H] > 0.0


@pytest.mark.parametrize("angle", [0.0, 17.0, 45.0, 108.0, 251.0])
def test_means_of_a_plane_distance_are_those_of_its_polygons(angle):
    n = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    nodes = np.arange(6.0)
    phi = n[0] * (nodes[None, :] - 2.3) + n[1] * (nodes[:, None] - 2.6)
    opening, outside, inside = cell_means(phi)
    s = (np.arange(300) + 0.5) / 300
    x, y = (nodes[:-1, None] + s).ravel(), (nodes[:-1, None] + s).ravel()
    fine = (n[0] * (x[None, :] - 2.3) + n[1] * (y[:, None] - 2.6)).reshape(5, 300, 5, 300)
    np.testing.assert_allclose(opening, (fine > 0).mean(axis=(1, 3)), atol=3e-3)
    np.testing.assert_allclose(outside, np.maximum(fine, 0).mean(axis=(1, 3)), atol=1e-5)
    np.testing.assert_allclose(outside - inside, fine.mean(axis=(1, 3)), atol=1e-12)


def plane_walls(grid, kind, angle=0.4):
    """A half-plane with normal ``angle`` (radians), what it does to a scalar, and its signed distance."""
    shape = HalfPlane((0.47, 0.52), np.rad2deg(angle))
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    walls = Walls(grid, m, [Body("wall", shape, RigidMotion())], 0.1)
    sides = dict.fromkeys(SIDES, ScalarSide("flux"))
    scalar = Scalar("c", 0.7, sides, bodies={"wall": kind})
    return ScalarWalls(grid, m, CutCells(walls), scalar), shape


@pytest.mark.parametrize("angle", [0.0, 0.4, 2.0, 4.1])
def test_a_linear_profile_beside_a_plane_wall_is_steady(angle):
    """Diffusion of the cell means of 3 + 2 max(phi, 0) is balanced by the exchange with a wall of value 3."""
    grid = Grid.uniform(20, 16)
    walls, shape = plane_walls(grid, ScalarSide("value", 3.0), angle)
    x, y = walls.cells.x, walls.cells.y
    c = 3.0 + 2.0 * cell_means(shape.distance(x[None, :], y[:, None]))[1]
    m = walls.m
    flux_x, flux_y = np.diff(c, axis=1) * m.rdxu[1:], np.diff(c, axis=0) * m.rdyv[1:, None]
    dc = np.zeros_like(c)
    dc[1:-1, 1:-1] = 0.7 * (np.diff(flux_x, axis=1)[1:-1] * m.rdx[1:-1])
    dc[1:-1, 1:-1] += 0.7 * (np.diff(flux_y, axis=0)[:, 1:-1] * m.rdy[1:-1, None])
    scale = np.abs(dc).max()
    near = walls.touching
    np.add.at(dc, (near.j, near.i), 0.7 * near.amount * (3.0 - c[near.j, near.i]))
    fluid = walls.share[H:-H, H:-H] > 0.0
    assert np.abs(dc[H:-H, H:-H][fluid]).max() < 1e-9 * scale


def still(n, bodies, scalar, extent=1.25, **tables):
    """Fluid at rest in a square with bodies and one scalar c."""
    return Simulation.from_config(
        {
            "domain": {"x": [-extent, extent], "y": [-extent, extent], "cells": [n, n]},
            "fluid": {"viscosity": 0.1},
            "boundaries": WALLS,
            "bodies": bodies,
            "scalars": [{"name": "c", "diffusivity": 1.0, **scalar}],
            "time": {"end": 10.0},
            **tables,
        }
    )


def cylinders(n):
    at = {"shape": "circle", "x": CENTRE[0], "y": CENTRE[1]}
    bodies = [
        {"name": "inner", **at, "radius": INNER},
        {"name": "outer", **at, "radius": OUTER, "outside": True},
    ]
    walls = [{"type": "value", "name": "inner", "value": 1.0}, {"type": "value", "value": 0.0}]
    sim = still(n, bodies, {"bodies": walls, "difference": 1.0, "length": INNER})

    def exact(x, y):
        r = np.clip(np.hypot(x - CENTRE[0], y - CENTRE[1]), INNER, OUTER)
        return np.log(r / OUTER) / np.log(INNER / OUTER)

    sim.set_scalar("c", exact)
    sim.run(0.5, progress=False)
    error = (sim.scalars["c"] - cell_averages(sim.grid, exact))[open_cells(sim)]
    return sim, np.sqrt(np.mean(error**2))


def test_conduction_between_cylinders_is_second_order_and_conserves_heat():
    """The logarithmic profile; the flux is 2 pi D/log(ratio), within 0.5 % from 8 cells per gap on."""
    cases = {n: cylinders(n) for n in (20, 30, 40)}
    assert order(cases[20][1], cases[40][1], 2.0) > 1.85
    for n, (sim, _) in cases.items():
        row, exact = sim.diagnostics(), 2 * np.pi / np.log(2.0)
        assert row["c_flux_inner"] == pytest.approx(exact, rel=2e-2 * (20 / n) ** 2)
        assert abs(row["c_flux_inner"] + row["c_flux_outer"]) < 3e-8 * exact
        number = row["c_flux_inner"] / (2 * np.pi)
        assert row["c_nusselt_inner"] == pytest.approx(number, rel=1e-2)
        assert row["c_nusselt_outer"] == pytest.approx(0.5 * number, rel=1e-2)
        assert row["c_min"] >= 0.0 and row["c_max"] <= 1.0


def insulated(n, radius=0.3):
    x0, y0 = CENTRE
    exact = f"(x - {x0})*(1 + {radius}^2/max((x - {x0})^2 + (y - {y0})^2, 0.01))"
    body = {"name": "body", "shape": "circle", "x": x0, "y": y0, "radius": radius}
    held = {side: {"type": "value", "value": exact} for side in SIDES}
    sim = still(n, [body], {"initial": exact, "boundaries": held}, extent=1.0)
    sim.run(0.7, progress=False)
    x, y = sim.grid.mesh("centre")
    r2 = (x - x0) ** 2 + (y - y0) ** 2
    error = (sim.scalars["c"] - (x - x0) * (1 + radius**2 / r2))[open_cells(sim)]
    return sim, np.sqrt(np.mean(error**2))


def test_an_insulated_cylinder_in_a_gradient_is_second_order():
    """Exact: G x (1 + R^2/r^2), as in potential flow; values are those at the centres of cells."""
    (_, coarse), (sim, fine) = insulated(20), insulated(44)
    assert order(coarse, fine, 2.2) > 1.7
    row = sim.diagnostics()
    assert "c_flux_body" not in row
    assert abs(sum(row[f"c_flux_{side}"] for side in SIDES)) < 1e-3


def test_sides_and_bodies_of_all_kinds_balance():
    """A hot body across a periodic seam, an insulated one that touches it, one on a side that gives off a flux."""
    bodies = [
        {"name": "hot", "shape": "circle", "x": -0.47, "y": 0.0, "radius": 0.2},
        {"name": "fin", "shape": "rectangle", "x": -0.22, "y": 0.0, "width": 0.2, "height": 0.15},
        {"name": "low", "shape": "circle", "x": 0.03, "y": -0.5, "radius": 0.17},
    ]
    kinds = [
        {"name": "hot", "type": "value", "value": 1.0},
        {"name": "low", "type": "flux", "flux": 0.5},
    ]
    held = {"top": {"type": "value", "value": 0.2}, "bottom": {"type": "value", "value": 0.0}}
    joined = WALLS | {side: {"type": "periodic"} for side in ("left", "right")}
    sim = still(16, bodies, {"bodies": kinds, "boundaries": held}, extent=0.5, boundaries=joined)
    row = sim.run(1.5, progress=False).diagnostics()
    assert row["c_flux_hot"] > 1.0
    assert abs(sum(size for name, size in row.items() if name.startswith("c_flux"))) < 1e-8


def test_values_on_a_wall_may_vary_along_it():
    """With c = x on all walls and sides c = x is the solution everywhere."""
    body = {"name": "body", "shape": "ellipse", "x": 0.1, "y": 0.05, "semi_axes": [0.4, 0.25], "angle": 20}
    held = {side: {"type": "value", "value": "x"} for side in SIDES}
    wall = [{"type": "value", "value": "x"}]
    sim = still(40, [body], {"initial": "x", "boundaries": held, "bodies": wall}, extent=1.0)
    sim.run(0.4, progress=False)
    x, _ = sim.grid.mesh("centre")
    whole = sim.stepper.transports["c"].walls.share[H:-H, H:-H] == 1.0
    assert np.abs(sim.scalars["c"] - x)[whole].max() < 1.5e-3
    assert abs(sim.diagnostics()["c_flux_body"]) < 2e-2


PLATE = {"name": "plate", "shape": "rectangle", "x": 1.2, "y": 0.01, "width": 0.2, "height": 0.5, "angle": 25}
SWING = {"motion": {"y": "0.2*sin(3*t)", "angle": "20*sin(2*t)"}}
STRIPES = {"initial": "(1 + tanh(1000*(sin(5*x) - 0.3)))/2"}


def stream(body, end=1.0, scalar=STRIPES, **tables):
    """A stream of speed 1 with a scalar c past a body in a periodic box with sides that do not rub."""
    ends = {side: {"type": "periodic"} for side in ("left", "right")}
    walls = {side: {"type": "slip"} for side in ("bottom", "top")}
    return Simulation.from_config(
        {
            "domain": {"x": [0.0, 3.0], "y": [-0.75, 0.75], "cells": [48, 24]},
            "fluid": {"viscosity": 0.025},
            "boundaries": ends | walls,
            "initial": {"case": "uniform", "u": 1.0},
            "bodies": [body],
            "scalars": [{"name": "c", "diffusivity": 0.002, **scalar}],
            "time": {"end": end},
            **tables,
        }
    )


def history(sim, end):
    """Rows of all steps up to a time."""
    rows = [sim.diagnostics()]
    while sim.t < end:
        sim.step(end)
        rows.append(sim.diagnostics())
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("advection", ["central", "limited"])
def test_insulated_bodies_conserve(advection):
    rows = history(stream(PLATE, scalar=STRIPES | {"advection": advection}), 0.6)
    assert np.ptp(rows["c_mean"]) < 1e-13


WALL_KINDS = {
    "insulated": {},
    "value": {"bodies": [{"type": "value", "value": 0.4}]},
    "value in time": {"bodies": [{"type": "value", "value": "0.5 + 0.5*sin(30*t + x)"}]},
}


@pytest.mark.parametrize("motion", [{}, SWING], ids=["still", "moving"])
@pytest.mark.parametrize("kind", WALL_KINDS)
def test_limited_scalars_stay_within_their_bounds(kind, motion):
    rows = history(stream(PLATE | motion, scalar=STRIPES | {"advection": "limited"} | WALL_KINDS[kind]), 0.5)
    assert rows["c_min"].min() > -1e-12
    assert rows["c_max"].max() < 1.0 + 1e-12


def test_a_given_flux_brings_what_it_says():
    wall = {"bodies": [{"type": "flux", "flux": "1 + t"}]}
    sim = still(30, [{"name": "body", "shape": "circle", "x": 0.0, "y": 0.04, "radius": 0.4}], wall)
    area, start = sim.stepper.transports["c"].walls.area, sim.diagnostics()
    sim.run(0.3, progress=False)
    row = sim.diagnostics()
    assert start["c_flux_body"] == pytest.approx(2 * np.pi * 0.4, rel=5e-3)
    assert row["c_flux_body"] == pytest.approx(1.3 * start["c_flux_body"], rel=1e-12)
    assert row["c_mean"] * area == pytest.approx(start["c_flux_body"] * (0.3 + 0.3**2 / 2), rel=1e-9)


def test_a_moving_insulated_body_leaves_a_uniform_scalar_alone_and_nearly_conserves_others():
    sim = stream(PLATE | SWING, scalar={"initial": 0.7})
    history(sim, 0.2)
    assert np.abs(sim.scalars["c"] - 0.7)[open_cells(sim)].max() < 1e-6
    rows = history(stream(PLATE | SWING), 0.6)
    assert np.ptp(rows["c_mean"]) < 3e-3 * rows["c_mean"][0]


def test_a_hot_moving_body_heats_by_what_it_gives():
    """The content, less that of the body, grows by the flux that the series shows."""
    hot = {"bodies": [{"type": "value", "value": 1.0}], "diffusivity": 0.02}
    for body, share in ((PLATE, 1e-2), (PLATE | SWING, 6e-2)):
        sim = stream(body, scalar={"initial": 0.0} | hot)
        sim.run(0.2, progress=False)

        def content(sim=sim):
            return float(sim.scalars["c"].sum() * sim.grid.dx[0] * sim.grid.dy[0])

        before, fluxes, times = content(), [sim.diagnostics()["c_flux_plate"]], [sim.t]
        while sim.t < 0.5:
            sim.step(0.5)
            fluxes.append(sim.diagnostics()["c_flux_plate"])
            times.append(sim.t)
        assert content() - before == pytest.approx(np.trapezoid(fluxes, times), rel=share)


def test_small_cells_do_not_limit_the_step():
    steps = set()
    for shift in (0.0, 1e-7, 1e-4, 0.013, 0.0416):
        body = {"name": "body", "shape": "circle", "x": shift, "y": shift, "radius": 0.5}
        for wall in ({"type": "value", "value": 1.0}, {"type": "flux", "flux": 0.0}):
            sim = still(24, [body], {"bodies": [wall], "initial": "x > 0.1"})
            sim.run(0.3, progress=False)
            row = sim.diagnostics()
            assert row["c_min"] > -0.1 and row["c_max"] < 1.1
            steps.add(sim.step_count)
    assert len(steps) == 1


def test_no_fluid_inside_counts():
    """What is given inside a body has no part in the scalar's range and mean, and is finite always."""
    body = {"name": "body", "shape": "circle", "x": 0.0, "y": 0.0, "radius": 0.6}
    sim = still(24, [body], {"initial": "100*(x^2 + y^2 < 0.2)"})
    row = sim.diagnostics()
    assert row["c_min"] == row["c_max"] == row["c_mean"] == 0.0
    assert np.isfinite(sim.scalars["c"]).all()


def test_threads_and_restart_are_bitwise(tmp_path):
    scalars = [
        {"name": name, "diffusivity": 0.002, "advection": advection, **STRIPES, **WALL_KINDS[kind]}
        for name, advection, kind in (("a", "limited", "insulated"), ("b", "central", "value in time"))
    ]
    config = stream(PLATE | SWING, end=0.1, scalars=scalars, output={"every": 0.1}).config.to_toml()
    flows = []
    for threads, stop in ((1, None), (2, 3)):
        directory = tmp_path / str(threads)
        sim = Simulation.from_config(config, output=directory, threads=threads)
        if stop:
            with sim:
                stop_after(sim, stop)
            sim = Simulation(sim.config, threads, initial=False)
            sim.recorder = Recorder.resume(sim, directory)
        with sim:
            sim.run(progress=False)
        flows.append(open_run(directory).flow())
    whole, parts = flows
    assert np.array_equal(whole.u, parts.u)
    for name in ("a", "b"):
        assert np.array_equal(whole.scalars[name], parts.scalars[name]), name


SCALAR = '[[scalars]]\nname = "c"\ndiffusivity = {}\n[[scalars.bodies]]\ntype = "value"\nvalue = {}'


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        ("[fluid]\nviscosity = 0.0", ":2:", "must not be zero with bodies"),
        (SCALAR.format(0, 1), ":6:", "no effect"),
        (SCALAR.format(1, '"1/(x-x)"'), ":6:", "finite"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, lines, place, message):
    fluid = "" if "[fluid]" in lines else "[fluid]\nviscosity = 0.1\n"
    rest = (
        "[domain]\ncells = [16, 16]\n[boundaries]\n"
        + "".join(f'{side} = {{type = "wall"}}\n' for side in SIDES)
        + '[[bodies]]\nshape = "circle"\nx = 0.5\ny = 0.5\nradius = 0.2\n[time]\nend = 1.0\n'
    )
    path = tmp_path / "flow.toml"
    path.write_text(f"{lines}\n{fluid}{rest}")
    with pytest.raises(ConfigError, match=message) as caught:
        load(path)
    assert place in str(caught.value)


@pytest.mark.long
def test_heated_cylinder_in_cross_flow():
    """Re 20, Pr 0.7: Nu 2.4653 without confinement (Bharti, Chhabra & Eswaran, Heat Mass Transfer 43, 2007)."""
    sides = {"left": {"type": "inflow", "normal": 1.0}, "right": {"type": "outflow"}}
    sim = Simulation.from_config(
        {
            "domain": {"x": [0, 20], "y": [-10, 10], "cells": [160, 160]},
            "fluid": {"viscosity": 0.05},
            "boundaries": sides | {side: {"type": "slip"} for side in ("bottom", "top")},
            "initial": {"case": "uniform", "u": 1.0},
            "bodies": [{"name": "body", "shape": "circle", "x": 7.0, "y": 0.0, "radius": 0.5}],
            "scalars": [
                {
                    "name": "c",
                    "prandtl": 0.7,
                    "difference": 1.0,
                    "bodies": [{"type": "value", "value": 1.0}],
                    "boundaries": {"left": {"type": "inflow", "value": 0.0}},
                }
            ],
            "time": {"end": 50.0},
        }
    )
    row = sim.run(progress=False).diagnostics()
    assert row["c_nusselt_body"] == pytest.approx(2.4653, rel=0.05)
    balance = row["c_flux_body"] + row["c_flux_left"] + row["c_flux_right"]
    assert abs(balance) < 5e-3 * row["c_flux_body"]
