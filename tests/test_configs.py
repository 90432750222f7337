"""Every file in configs/ runs, and shows the physics that it promises (on a coarser grid where it is large)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from setups import advance

from fluidgrad.analysis import strouhal
from fluidgrad.config import load
from fluidgrad.shapes.silhouette import read_brightness
from fluidgrad.simulation import Simulation

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
NAMES = sorted(path.stem for path in CONFIGS.glob("*.toml"))


def start(name: str, *overrides: str) -> Simulation:
    return Simulation.from_config(CONFIGS / f"{name}.toml", overrides)


@pytest.mark.parametrize("name", NAMES)
def test_loads_round_trips_and_is_commented(name):
    path = CONFIGS / f"{name}.toml"
    config = load(path)
    assert config.name == name
    assert config.title
    assert load(config.to_toml()) == config
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_all_cases_of_the_project_are_there():
    promised = {
        "taylor_green",
        "lid_driven_cavity",
        "double_shear_layer",
        "kolmogorov",
        "channel",
        "backward_facing_step",
        "decaying_turbulence",
        "jet",
        "heated_cavity",
        "rayleigh_benard",
        "rayleigh_taylor",
        "cylinder_wake",
        "aerofoil",
        "silhouette",
        "dipole_wall",
        "oscillating_cylinder",
    }
    assert promised <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_first_steps_as_written(name):
    sim = start(name)
    for _ in range(2):
        sim.step()
    assert np.isfinite(sim.p).all()
    tolerance = sim.config.numerics.pressure_tolerance if sim.config.bodies else 1e-12
    assert sim.survey.divergence < tolerance * sim.survey.rate


def test_taylor_green():
    sim = advance(start("taylor_green"), 1.0)
    k, decay = 2 * np.pi, np.exp(-2 * (2 * np.pi) ** 2 * 0.005)
    x, y = sim.grid.mesh("x-face")
    exact = 1.0 + np.sin(k * (x - 1.0)) * np.cos(k * (y - 0.5)) * decay
    assert np.sqrt(np.mean((sim.u - exact) ** 2)) < 0.01 * np.abs(exact - 1.0).max()


def test_lid_driven_cavity():
    sim = advance(start("lid_driven_cavity", "domain.cells=[48, 48]"), 40.0)
    psi = sim.field("streamfunction")
    j, i = np.unravel_index(np.argmin(psi), psi.shape)
    assert psi.min() == pytest.approx(-0.1189, rel=0.1)  # Botella & Peyret 1998, Re 1000
    assert sim.grid.x_f[i] == pytest.approx(0.531, abs=0.03)
    assert sim.grid.y_f[j] == pytest.approx(0.565, abs=0.03)


def test_double_shear_layer():
    sim = start("double_shear_layer", "domain.cells=[64, 64]")
    energy = sim.survey.energy
    advance(sim, 1.0)
    assert sim.survey.energy == pytest.approx(0.42649, rel=1e-3)  # pseudo-spectral, 384^2
    assert sim.survey.energy < energy


def test_kolmogorov():
    """The energy budget ``dE/dt = <u f> - 2 drag E - dissipation`` closes over a stretch of the turbulent flow."""
    sim = advance(start("kolmogorov", "domain.cells=[64, 64]"), 10.0)
    y = sim.grid.y[:, None]
    gap = []
    for _ in range(20):
        before, e0 = sim.diagnostics(), sim.survey.energy
        work = float(np.mean(sim.u[:, :-1] * np.sin(4 * y)))
        dt = sim.step()
        after, e1 = sim.diagnostics(), sim.survey.energy
        work = 0.5 * (work + float(np.mean(sim.u[:, :-1] * np.sin(4 * y))))
        loss = 0.5 * (before["dissipation"] + after["dissipation"]) + 0.1 * (e0 + e1)
        gap.append(abs((e1 - e0) / dt - (work - loss)) / loss)
    assert max(gap) < 1e-2
    assert np.abs(sim.v).max() > 0.1


def test_channel():
    """The mean over the last period of the pulsation is the parabola."""
    sim = advance(start("channel"), 5.0 - 2 * np.pi / 6)
    steps, total = 100, 0.0
    for k in range(steps):
        target = 5.0 - 2 * np.pi / 6 * (1 - (k + 1) / steps)
        advance(sim, target)
        total = total + sim.u[:, 0]
    y = sim.grid.y
    assert np.abs(total / steps - 0.1 * y * (1 - y) / 0.02).max() < 0.01 * 1.25


def test_backward_facing_step():
    sim = advance(start("backward_facing_step", "domain.cells=[180, 24]"), 30.0)
    row = sim.diagnostics()
    assert row["flow_right"] == pytest.approx(0.5, rel=0.01)  # mean inlet speed 1 over half the height
    assert row["flow_left"] + row["flow_right"] == pytest.approx(0.0, abs=1e-13)
    assert sim.u[0, sim.grid.x_f < 3.0].min() < -0.05  # an eddy behind the step


def test_decaying_turbulence():
    sim = start("decaying_turbulence", "domain.cells=[96, 96]")
    rows = [advance(sim, t).diagnostics() for t in (0.0, 1.0, 2.0, 4.0)]
    energies, enstrophies = ([row[key] for row in rows] for key in ("kinetic_energy", "enstrophy"))
    assert np.all(np.diff(energies) < 0)
    assert np.all(np.diff(enstrophies) < 0)
    assert energies[-1] / energies[0] > enstrophies[-1] / enstrophies[0]


def test_jet():
    sim = advance(start("jet", "domain.cells=[96, 60]"), 8.0)
    row = sim.diagnostics()
    assert sum(row[f"flow_{side}"] for side in ("left", "right", "bottom", "top")) == pytest.approx(
        0, abs=1e-12
    )
    assert row["max_speed"] < 2.0
    assert np.abs(sim.field("vorticity")).max() > 2.0


def test_heated_cavity():
    """At Ra 1e5 on 32^2 stretched cells: Nu = 4.5216 (spectral)."""
    cavity = start("heated_cavity", "domain.cells=[32, 32]")
    heat = cavity.config.scalars[0].model_copy(update={"rayleigh": 1e5})
    sim = Simulation(cavity.config.model_copy(update={"scalars": (heat,)}), threads=1)
    row = advance(sim, 0.2).diagnostics()
    assert row["temperature_nusselt_left"] == pytest.approx(4.5216, rel=0.02)
    assert row["temperature_nusselt_right"] == pytest.approx(row["temperature_nusselt_left"], rel=1e-4)


def test_rayleigh_benard():
    sim = advance(start("rayleigh_benard", "domain.cells=[96, 32]"), 30.0)
    row = sim.diagnostics()
    assert 5.0 < row["temperature_nusselt_bottom"] < 40.0
    assert row["max_speed"] > 0.2
    assert row["temperature_mean"] == pytest.approx(0.5, abs=0.1)


def test_rayleigh_taylor():
    """Heavy fluid sinks deep between two rising columns, none is lost, and its share stays a share."""
    sim = start("rayleigh_taylor", "domain.cells=[32, 64]")
    before = sim.diagnostics()["heavy_mean"]
    row = advance(sim, 4.0).diagnostics()
    assert row["heavy_mean"] == pytest.approx(before, rel=1e-12)
    assert row["heavy_min"] > -1e-12
    assert row["heavy_max"] < 1.0 + 1e-12
    assert sim.scalars["heavy"][sim.grid.y < -0.3].max() > 0.5


def recorded(sim: Simulation, until: float, *names: str) -> dict[str, np.ndarray]:
    """Figures of the time series at each step up to a time, with ``t``."""
    rows = []
    while sim.t < until:
        sim.step(until)
        row = sim.diagnostics()
        rows.append([sim.t, *(row[name] for name in names)])
    return dict(zip(("t", *names), np.array(rows).T, strict=True))


def test_cylinder_wake():
    """At 8 cells per diameter: Strouhal number 0.165 far from walls, 3 per cent more in this domain."""
    sim = advance(start("cylinder_wake", "domain.cells=[256, 128]"), 18.0)
    series = recorded(sim, 48.0, "cylinder_drag", "cylinder_lift")
    lift = strouhal(series["t"], series["cylinder_lift"], since=25.0)
    drag = strouhal(series["t"], series["cylinder_drag"], since=25.0)
    assert lift.strouhal == pytest.approx(0.165 * 1.03, rel=0.07)
    assert lift.amplitude == pytest.approx(0.33, rel=0.4)
    assert abs(lift.mean) < 0.05 * lift.amplitude
    assert drag.frequency == pytest.approx(2 * lift.frequency, rel=0.01)
    assert drag.mean == pytest.approx(1.4, rel=0.1)


def momentum_flux(sim: Simulation, name: str) -> float:
    """Force along x on what is between the left and the right side, from pressure and convection there."""
    grid, p = sim.grid, sim.flow().p
    column = {"left": 0, "right": -1}[name]
    beside = {"left": 1, "right": -2}[name]
    pressure = 1.5 * p[:, column] - 0.5 * p[:, beside]
    return float(np.sum((pressure + sim.u[:, column] ** 2) * grid.dy))


def test_aerofoil():
    """Its drag is the momentum that the stream loses; lift is up, as large as that of a stalled aerofoil."""
    sim = advance(start("aerofoil", "domain.cells=[130, 64]"), 5.0)
    rows, before, began = [], float(np.sum(sim.u[:, :-1])), sim.t
    while sim.t < 7.0:
        sim.step(7.0)
        row, flux = sim.diagnostics(), momentum_flux(sim, "left") - momentum_flux(sim, "right")
        rows.append([row["aerofoil_drag"], row["aerofoil_lift"], flux])
    drag, lift, flux = np.array(rows).T
    cell = sim.grid.smallest_dx * sim.grid.smallest_dy
    stored = (float(np.sum(sim.u[:, :-1])) - before) * cell / (sim.t - began)
    assert np.mean(drag) / 2 == pytest.approx(np.mean(flux) - stored, rel=0.03)
    assert 0.4 < np.mean(lift) < 1.2
    assert 0.15 < np.mean(drag) < 0.45


def test_silhouette():
    """The town is as large as the dark part of the image above the ground; behind it the air is slower."""
    sim = start("silhouette", "domain.cells=[160, 56]")
    body = sim.config.bodies[0]
    brightness = read_brightness(body.file, 1.0)
    pixel = body.width / brightness.shape[1]
    above = round(0.1 / pixel)  # rows below the ground
    dark = float((1 - brightness[:-above]).sum()) * pixel**2
    open_part = float(sim.grid.view(sim.stepper.walls.theta_u, "x-face")[:, :-1].sum())
    whole = sim.grid.nx * sim.grid.ny
    solid = (1 - open_part / whole) * sim.grid.length_x * sim.grid.length_y
    assert solid == pytest.approx(dark, rel=0.06)  # spires are thinner than a cell
    row = advance(sim, 2.0).diagnostics()
    assert row["town_drag"] > 0.2
    assert row["flow_left"] + row["flow_right"] == pytest.approx(0.0, abs=1e-6)
    lee = np.abs(sim.grid.x_f - 1.5) < 0.3
    low, high = sim.grid.y < 0.4, sim.grid.y > 2.0
    assert sim.u[low][:, lee].mean() < 0.2
    assert sim.u[high][:, lee].mean() > 1.0


def test_dipole_wall():
    """Energy and enstrophy on 128^2 cells before and after it hits the wall; both halves mirror each other."""
    sim = start("dipole_wall", "domain.cells=[128, 128]")
    area = 4.0
    assert area * sim.survey.energy == pytest.approx(2.0, rel=0.01)
    row = advance(sim, 0.25).diagnostics()
    assert area * row["kinetic_energy"] == pytest.approx(1.502, rel=0.01)
    assert area * row["enstrophy"] == pytest.approx(472.6, rel=0.03)
    row = advance(sim, 0.5).diagnostics()
    assert area * row["kinetic_energy"] == pytest.approx(1.013, rel=0.04)
    assert np.abs(sim.u - sim.u[::-1]).max() < 1e-6
    assert np.abs(sim.v + sim.v[::-1]).max() < 1e-6


def test_oscillating_cylinder():
    """The wake follows the swing: drag has twice its frequency, and is larger than that of a cylinder at rest."""
    changes = ("domain.x=[-3, 9]", "domain.cells=[96, 64]")
    sim = advance(start("oscillating_cylinder", *changes), 7.5)
    series = recorded(sim, 12.5, "cylinder_drag")
    even = np.linspace(7.5, 12.5, 100, endpoint=False)  # one swing
    drag = np.interp(even, series["t"], series["cylinder_drag"])
    assert np.argmax(np.abs(np.fft.rfft(drag - drag.mean()))) == 2
    assert drag.mean() > 1.6
