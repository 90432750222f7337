"""Every file in configs/ runs, and shows the physics that it promises (on a coarser grid where it is large)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from setups import advance

from fluidgrad.config import load
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
    }
    assert promised <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_first_steps_as_written(name):
    sim = start(name)
    for _ in range(2):
        sim.step()
    assert np.isfinite(sim.p).all()
    assert sim.survey.divergence < 1e-12 * sim.survey.rate


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
