"""Flow around bodies against exact solutions, the balance of momentum and Galilean invariance."""

from __future__ import annotations

import numpy as np
import pytest

from fluidgrad.bodies import Body
from fluidgrad.motion import RigidMotion
from fluidgrad.output import open_run
from fluidgrad.recording import Recorder
from fluidgrad.shapes.simple import HalfPlane
from fluidgrad.simulation import Simulation
from fluidgrad.stepping import FractionalStep, State

PERIODIC = {side: {"type": "periodic"} for side in ("left", "right", "bottom", "top")}
WALLS = {side: {"type": "wall"} for side in PERIODIC}

INNER, OUTER, NU = 0.5, 1.0, 0.1
B = INNER**2 * OUTER**2 / (OUTER**2 - INNER**2)
A = -(INNER**2) / (OUTER**2 - INNER**2)
CENTRE = (0.013, -0.007)


def face_means(grid, location, velocity, points=16):
    """Means over the faces of one velocity component, a function of x and y."""
    x, y = grid.mesh(location)
    offsets = (np.arange(points) + 0.5) / points - 0.5
    along_x = location == "x-face"
    dy, dx = (grid.dy[:, None], 0.0) if along_x else (0.0, grid.dx[None, :])
    return np.mean([velocity(x + s * dx, y + s * dy) for s in offsets], axis=0)


def errors(sim, u, v):
    """Root mean square and largest error of the velocity on faces with an opening."""
    wrong = []
    for q, theta, location, exact in (
        (sim.u, sim.stepper.walls.theta_u, "x-face", u),
        (sim.v, sim.stepper.walls.theta_v, "y-face", v),
    ):
        difference = q - face_means(sim.grid, location, exact)
        wrong.append(difference[sim.grid.view(theta, location) > 0.0])
    wrong = np.concatenate(wrong)
    return np.sqrt(np.mean(wrong**2)), np.abs(wrong).max()


def order(coarse, fine, ratio):
    return np.log(coarse / fine) / np.log(ratio)


def couette(n):
    """Flow between a cylinder that turns at 1 rad/s and one at rest around it, long after the start."""
    x, y = CENTRE
    at = {"x": x, "y": y}
    spin = {"angle": "180/pi*t"}
    sim = Simulation.from_config(
        {
            "domain": {"x": [-1.25, 1.25], "y": [-1.25, 1.25], "cells": [n, n]},
            "fluid": {"viscosity": NU},
            "boundaries": WALLS,
            "bodies": [
                {"name": "inner", "shape": "circle", **at, "radius": INNER, "motion": spin},
                {"name": "outer", "shape": "circle", **at, "radius": OUTER, "outside": True},
            ],
            "time": {"end": 10.0, "cfl": 0.6},
            "numerics": {"pressure_tolerance": 1e-8},
        }
    )

    def swirl(x, y):
        r = np.hypot(x - CENTRE[0], y - CENTRE[1])
        r = np.maximum(r, 1e-9)
        return np.where(r < INNER, 1.0, np.where(r > OUTER, 0.0, A + B / r**2))

    u, v = lambda x, y: -(y - CENTRE[1]) * swirl(x, y), lambda x, y: (x - CENTRE[0]) * swirl(x, y)
    sim.set_velocity(u, v)
    sim.run(2.0, progress=False)
    return sim, u, v


@pytest.fixture(scope="module")
def couettes():
    return {n: couette(n) for n in (24, 36, 54)}


def test_taylor_couette_is_second_order(couettes):
    """Exact solution A r + B/r; the largest error is at the wall of the inner cylinder, 5 to 11 cells per gap."""
    rms, largest = zip(*(errors(*case) for case in couettes.values()), strict=True)
    assert order(rms[0], rms[2], 54 / 24) > 1.9 and order(rms[1], rms[2], 1.5) > 1.85
    assert order(largest[0], largest[2], 54 / 24) > 1.6


def test_taylor_couette_torque(couettes):
    """The torque on the cylinders is 4 pi nu B, friction alone; there is no force."""
    for n, (sim, *_) in couettes.items():
        row = sim.diagnostics()
        exact = 4 * np.pi * NU * B
        error = 1.3e-2 * (24 / n) ** 2
        assert row["inner_torque"] == pytest.approx(-exact, rel=1.5 * error)
        assert row["outer_torque"] == pytest.approx(exact, rel=1.5 * error)
        assert abs(row["inner_force_x"]) + abs(row["inner_force_y"]) < 10 * error * exact


WIDTH, SHIFT, SLOPE = 0.31, 0.137, np.sqrt(5.0)


def oblique_channel(n):
    """Poiseuille flow along a channel of slope 1/2, oblique to the grid, that fits a periodic box of 2 by 1."""
    across = f"(x - 2*y + {SHIFT} + 1 - 2*floor((x - 2*y + {SHIFT} + 1)/2) - 1)/sqrt(5)"
    sim = Simulation.from_config(
        {
            "domain": {"x": [0.0, 2.0], "cells": [2 * n, n]},
            "fluid": {"viscosity": NU},
            "boundaries": PERIODIC,
            "forcing": {"pressure_gradient": [-2 / SLOPE, -1 / SLOPE]},
            "bodies": [{"name": "walls", "shape": "formula", "distance": f"{WIDTH} - abs({across})"}],
            "time": {"end": 10.0},
        }
    )

    def speed(x, y):
        s = (np.mod(x - 2 * y + SHIFT + 1, 2) - 1) / SLOPE
        return np.maximum(WIDTH**2 - s**2, 0.0) / (2 * NU)

    u, v = lambda x, y: 2 / SLOPE * speed(x, y), lambda x, y: speed(x, y) / SLOPE
    sim.set_velocity(u, v)
    sim.run(1.2, progress=False)
    return sim, u, v


def test_oblique_poiseuille_is_second_order():
    cases = {n: oblique_channel(n) for n in (16, 24, 36)}
    rms, largest = zip(*(errors(*case) for case in cases.values()), strict=True)
    assert order(rms[0], rms[2], 36 / 16) > 1.9
    assert order(largest[0], largest[2], 36 / 16) > 1.7
    sim = cases[36][0]
    row = sim.diagnostics()
    fluid = sim.grid.view(sim.stepper.walls.theta_u, "x-face")[:, :-1].mean() * 2.0
    along = (2 * row["walls_force_x"] + row["walls_force_y"]) / SLOPE
    across = (2 * row["walls_force_y"] - row["walls_force_x"]) / SLOPE
    assert along == pytest.approx(fluid, rel=1e-3)  # the force on the walls is the one that drives the fluid
    assert abs(across) < 1e-9


def wake(body, end=1.0, n=12, **tables):
    """A stream of speed 1 past a body in a periodic box with walls that do not rub."""
    return Simulation.from_config(
        {
            "domain": {"x": [0.0, 6.0], "y": [-1.5, 1.5], "cells": [6 * n, 3 * n]},
            "fluid": {"viscosity": 0.025},
            "boundaries": {**PERIODIC, "bottom": {"type": "slip"}, "top": {"type": "slip"}},
            "initial": {"case": "uniform", "u": 1.0},
            "bodies": body if isinstance(body, list) else [body],
            "time": {"end": end},
            **tables,
        }
    )


CYLINDER = {"name": "body", "shape": "circle", "x": 3.0, "y": 0.04, "radius": 0.5}
AEROFOIL = {
    "name": "body",
    "shape": "naca",
    "digits": "4424",
    "x": 2.0,
    "y": 0.0,
    "chord": 2.0,
    "angle": 12.0,
}
PLATE = {
    "name": "body",
    "shape": "rectangle",
    "x": 3.0,
    "y": 0.0,
    "width": 0.31,
    "height": 1.1,
    "angle": 25.0,
}
BODIES = {"cylinder": CYLINDER, "aerofoil": AEROFOIL, "plate": PLATE}


def momentum(sim):
    """Volume integral of the fluid's velocity; solids are at rest."""
    g = sim.grid
    return np.array([np.sum(sim.u[:, :-1] * g.dy[:, None] * g.dx), np.sum(sim.v[1:-1] * g.dx) * g.dy[0]])


@pytest.mark.parametrize("name", BODIES)
def test_the_force_is_what_the_fluid_loses(name):
    """With slip walls and periodic ends a body alone takes momentum out of the fluid along x."""
    sim = wake(BODIES[name])
    sim.run(0.5, progress=False)
    forces, times, before = [], [], momentum(sim)
    for _ in range(9):
        forces.append(sim.diagnostics()["body_force_x"])
        times.append(sim.t)
        sim.step()
    forces.append(sim.diagnostics()["body_force_x"])
    times.append(sim.t)
    impulse = np.trapezoid(forces, times)
    assert (before - momentum(sim))[0] == pytest.approx(impulse, rel=0.01)


@pytest.mark.parametrize("name", BODIES)
def test_every_cell_is_free_of_divergence(name):
    sim = wake(BODIES[name], numerics={"pressure_tolerance": 1e-9})
    sim.run(0.3, progress=False)
    assert sim.diagnostics()["max_divergence"] < 1e-7
    assert sim.stepper.cut_solver.iterations < 60


def test_small_cells_do_not_limit_the_step():
    """Moved by any fraction of a cell, the body leaves slivers of all sizes; the step is that of the empty domain."""
    empty = Simulation.from_config(wake([]).config.to_toml())
    for shift in (0.0, 1e-7, 1e-4, 0.013, 0.0416):
        sim = wake({**CYLINDER, "x": 3.0 + shift, "y": shift})
        assert sim.step_size.viscous(sim.state) == empty.step_size.viscous(empty.state)
        sim.run(0.5, progress=False)
        assert sim.diagnostics()["max_speed"] < 2.5


def test_a_cylinder_on_a_mirror_line_has_no_lift():
    sim = wake({**CYLINDER, "y": 0.0})
    sim.run(1.0, progress=False)
    assert abs(sim.diagnostics()["body_lift"]) < 1e-5
    assert np.abs(sim.u - sim.u[::-1]).max() < 1e-5


def test_towed_and_fixed_cylinder_feel_the_same_drag():
    """Galilean invariance: a body towed at -U through fluid at rest is one that is fixed in a stream U."""
    drags = []
    for tow in (False, True):
        motion = {"motion": {"x": "-t"}} if tow else {}
        start = {"case": "rest"} if tow else {"case": "uniform", "u": 1.0}
        sim = wake({**CYLINDER, **motion}, end=1.4, n=20, initial=start)
        times, drag = [], []
        while sim.t < 1.4:
            sim.step(1.4)
            times.append(sim.t)
            drag.append(sim.diagnostics()["body_drag"])
        late = np.array(times) > 0.5
        drags.append((np.array(times)[late], np.array(drag)[late]))
    fixed, towed = (np.trapezoid(d, t) / np.ptp(t) for t, d in drags)
    assert towed == pytest.approx(fixed, rel=0.02)
    t, drag = drags[1]
    noise = drag - np.polyval(np.polyfit(t, drag, 4), t)
    assert np.ptp(noise) < 0.03 * drag.mean()


def test_a_body_that_turns_drags_the_fluid_along():
    """A spinning cylinder in fluid at rest: the torque it feels opposes the spin and there is no force."""
    sim = wake({**CYLINDER, "y": 0.0, "motion": {"angle": "90*t"}}, initial={"case": "rest"})
    sim.run(0.5, progress=False)
    row = sim.diagnostics()
    assert row["body_torque"] < 0 and abs(row["body_drag"]) < 0.02 * abs(row["body_moment"])
    assert not sim.stepper.walls.moving  # a round body that spins stays where it is


def test_rigid_rotation_of_everything_is_kept():
    """Fluid inside a spinning drum that spins with it stays so, and the drum feels nothing."""
    drum = {"name": "drum", "shape": "circle", "x": 0.02, "y": 0.01, "radius": 0.8, "outside": True}
    sim = Simulation.from_config(
        {
            "domain": {"x": [-1.0, 1.0], "y": [-1.0, 1.0], "cells": [32, 32]},
            "fluid": {"viscosity": 0.05},
            "boundaries": {s: {"type": "slip"} for s in PERIODIC},
            "bodies": [{**drum, "motion": {"angle": "180/pi*t"}}],
            "time": {"end": 1.0},
        }
    )
    u, v = (lambda x, y: -(y - 0.01) + 0 * x), (lambda x, y: x - 0.02 + 0 * y)
    sim.set_velocity(u, v)
    sim.run(0.3, progress=False)
    g = sim.grid
    inside = g.view(sim.stepper.walls.theta_u, "x-face") > 0
    assert np.abs(sim.u - face_means(g, "x-face", u))[inside].max() < 2e-3
    assert abs(sim.diagnostics()["drum_torque"]) < 1e-2


def test_a_body_that_accelerates_with_the_fluid():
    """A body that accelerates as the force accelerates the fluid: the fluid stays uniform while walls pass through the
    cells, and the body feels nothing."""
    body = {**CYLINDER, "y": 0.0, "motion": {"x": "0.5*t^2"}}
    sim = wake(body, initial={"case": "rest"}, forcing={"force": [1.0, 0.0]}, end=1.0)
    sim.run(0.2, progress=False)
    assert np.abs(sim.u - sim.t).max() < 1e-7 and np.abs(sim.v).max() < 1e-7
    assert abs(sim.diagnostics()["body_force_x"]) < 1e-5


def test_a_body_that_covers_no_cell_costs_nothing():
    """Beyond the domain it leaves everything as it is without it: no face is cut, nothing is iterated."""
    results = []
    far = Body("far", HalfPlane((0.0, -9.0), 90.0), RigidMotion(end=1.0))
    for bodies in ((), (far,)):
        sim = wake([])
        sim.set_velocity(lambda x, y: 1 + 0.1 * np.sin(2 * np.pi * x / 6) * y, 0.0)
        old = sim.stepper
        new = FractionalStep(sim.grid, old.boundary, old.forcing, old.nu, bodies=bodies)
        state = State(0.0, 0, sim.state.u, sim.state.v, sim.grid.zeros() if bodies else None)
        for _ in range(3):
            new.advance(state, 0.02)
            new.accept(state, state.t + 0.02)
        results.append((state.u, state.v))
    assert new.cut_solver.iterations == 0 and new.cut_solver.cells.size == 0
    for with_body, without in zip(*results, strict=True):
        assert np.array_equal(with_body, without)


@pytest.mark.parametrize("moving", [False, True])
def test_threads_and_restart_are_bitwise(tmp_path, moving):
    body = {**PLATE, "motion": {"y": "0.4*sin(12*t)", "angle": "20*sin(2*t)"}} if moving else PLATE
    config = wake(body, end=0.3).config.to_toml()
    results = []
    for threads, stops in ((1, ()), (2, (6, 5))):
        directory = tmp_path / str(threads)
        sim = Simulation.from_config(config, output=directory, threads=threads)
        for steps in stops:
            with sim:
                stop_after(sim, steps)
            sim = Simulation(sim.config, threads, initial=False)
            sim.recorder = Recorder.resume(sim, directory)
        with sim:
            sim.run(progress=False)
        results.append(open_run(directory))
    whole, parts = results
    assert len(whole) == len(parts) and np.array_equal(whole.times, parts.times)
    for a, b in zip(whole, parts, strict=True):
        for name in ("u", "v", "p", "distance"):
            assert np.array_equal(getattr(a, name), getattr(b, name)), name
    for name, values in whole.series.items():
        assert np.array_equal(values, parts.series[name]), name


def stop_after(sim, steps):
    """Run as if a signal came after some steps."""
    last = sim.step_count + steps

    class Stop(Exception):
        pass

    def watch(s):
        if s.step_count >= last:
            raise Stop

    with pytest.raises(Stop):
        sim.run(progress=watch)
    sim.recorder.interrupted(sim, "a test")


def test_solid_faces_move_with_their_body():
    sim = wake({**CYLINDER, "motion": {"y": "0.3*sin(2*t)"}})
    sim.run(0.2, progress=False)
    walls = sim.stepper.walls
    inside = walls.v.solid
    assert inside.j.size and np.allclose(sim.state.v[inside.j, inside.i], 0.6 * np.cos(0.4), rtol=1e-6)
    assert sim.grid.view(walls.theta_u, "x-face").shape == sim.u.shape
