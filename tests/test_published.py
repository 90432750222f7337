"""Runs against published values and computations with other methods: the cases of the validation, the quick ones on
every test run, and what they leave out."""

from __future__ import annotations

import pytest
from setups import advance

from fluidgrad.simulation import Simulation
from fluidgrad.validation import report
from fluidgrad.validation.cases import CASES, lid_driven_cavity, orr_sommerfeld
from fluidgrad.validation.reference import table
from fluidgrad.validation.running import run_case

QUICK = {
    "taylor_green",
    "poiseuille_womersley",
    "double_shear_layer",
    "orr_sommerfeld",
    "kolmogorov_instability",
}
"""Cases that take a second or two."""


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.long) for n in CASES]
)
def test_cases_agree_on_quick_grids(name):
    outcome = run_case(CASES[name], quick=True)
    assert outcome.agrees, report.text([outcome])


def cavity_errors(reynolds: float, n: int, strength: float | None = None) -> list[float]:
    """Relative errors of the extrema on the centrelines, on a grid that is stretched towards the walls."""
    settings = lid_driven_cavity.settings_at(reynolds)(n)
    if strength:
        spacing = {"law": "tanh", "strength": strength}
        settings["domain"] |= {"spacing_x": spacing, "spacing_y": spacing}
    sim = advance(Simulation.from_config(settings), settings["time"]["end"])
    found = lid_driven_cavity.extrema(sim, *lid_driven_cavity.centrelines(sim))
    return [
        abs(found[key] / table("cavity_extrema").published("value", Re=reynolds, quantity=key).value - 1)
        for key in ("u_min", "v_max", "v_min")
    ]


def test_cavity_re_100():
    assert max(cavity_errors(100, 64)) < 0.006


@pytest.mark.long
@pytest.mark.parametrize(("strength", "allowed"), [(None, 0.016), (0.6, 0.0125), (1.0, 0.008)])
def test_cavity_re_1000_at_128(strength, allowed):
    """A uniform grid is at 1.53 %; cells a little finer at the walls halve that."""
    assert max(cavity_errors(1000, 128, strength)) < allowed


def test_orr_sommerfeld_eigenvalue():
    """That of Malik, Zang & Hussaini 1985."""
    growth, frequency, _ = orr_sommerfeld.mode()
    assert growth == pytest.approx(0.00223498, abs=2e-8)
    assert frequency == pytest.approx(0.24989154, abs=2e-8)


def test_orr_sommerfeld_growth_on_a_grid():
    """A second-order scheme on a uniform 64 x 128 grid, exact in time, gives 0.002010 (its own eigenproblem)."""
    outcome = run_case(CASES["orr_sommerfeld"], resolutions=[128])
    assert outcome.final[0].computed == pytest.approx(0.002010, rel=0.05)
