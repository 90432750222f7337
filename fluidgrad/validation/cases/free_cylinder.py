"""A circular cylinder in a wide stream: steady with two eddies at Re 20 and 40, shedding vortices at Re 100 and 200.

The sides that slip are 50 diameters apart, a blockage of 2 %; published results are those of an unbounded stream.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.reference import table
from fluidgrad.validation.wakes import crossing, forces, measure_shedding, settle, stream

CYLINDER = {"name": "cylinder", "shape": "circle", "x": 0.0, "y": 0.0, "radius": 0.5}
DOMAIN = ((-20.0, 30.0), (-25.0, 25.0))
CORE = ((-0.8, 2.0), (-0.8, 0.8))


def settings_at(reynolds: float, end: float, kick: float = 0.0):
    """Configuration by the cells per diameter; ``kick``: velocity across the stream that starts the shedding, m/s."""

    def settings(n: int) -> dict:
        return stream(CYLINDER, DOMAIN, CORE, 1 / n, 1.5 / n, reynolds, kick) | {
            "time": {"end": end, "cfl": 0.9}
        }

    return settings


def measure_steady(sim, march) -> Measured:
    from fluidgrad.analysis import surface

    g = sim.grid
    settings = settings_at(1.0 / sim.config.nu, sim.config.time.end)
    settle(sim, march, settings, round(1.0 / g.smallest_dx), coarsest=15, refined=10.0)
    row = int(np.searchsorted(g.y, 0.0))
    behind = g.x_f > 0.5
    x, u = g.x_f[behind] - 0.5, 0.5 * (sim.u[row - 1] + sim.u[row])[behind]
    wall = surface(sim.flow(), sim.config.nu, sim.stepper.bodies)
    upper = (wall["angle"] > 5.0) & (wall["angle"] < 175.0)
    angle, shear = (wall[name][upper] for name in ("angle", "shear"))
    from_rear = np.argsort(angle)
    numbers = {
        "drag": forces("cylinder")(sim)[0],
        "length": crossing(x, u),
        "separation": crossing(angle[from_rear], shear[from_rear]),
    }
    return Measured(numbers, {"axis": (x, u)})


def measure_wake(sim, march) -> Measured:
    return measure_shedding(sim, march, "cylinder")


def draw(figure, outcome) -> None:
    left, middle, right = figure.subplots(1, 3)
    given = {(float(row["Re"]), row["quantity"]): row for row in table("cylinder_freestream").rows}
    for setup, colour in zip(outcome.setups(), figures.COLOURS, strict=False):
        reynolds = float(setup.removeprefix("Re "))
        if (reynolds, "length") in given:
            left.plot(*outcome.curve(setup, "axis"), color=colour, lw=1.4, label=setup)
            _span(left, given[reynolds, "length"], colour, upright=True)
        else:
            t, lift = outcome.curve(setup, "lift")
            middle.plot(t, lift, color=colour, lw=1.2, label=setup)
            _span(middle, given[reynolds, "lift"], colour)
        (row,) = (row for row in outcome.final if (row.setup, row.key) == (setup, "drag"))
        right.plot(reynolds, row.computed, "o", color=colour, ms=5, label=f"computed, {setup}")
        low, high = (float(given[reynolds, "drag"][end]) for end in ("low", "high"))
        right.plot([reynolds] * 2, [low, high], "_-", color="0.3", ms=14, lw=1.2, zorder=0)
    left.axhline(0, color="0.6", lw=0.7, zorder=0)
    left.set(
        xlabel="distance behind (diameters)", ylabel="u on the axis (m/s)", xlim=(0, 5), ylim=(-0.25, 0.6)
    )
    left.set(title="band: published ends of the eddies")
    middle.set(xlabel="t (s)", ylabel="lift coefficient", title="band: published amplitudes", xlim=(0, 90))
    middle.set_ylim(-1.0, 0.8)
    right.set(
        xscale="log", xlabel="Reynolds number", ylabel="drag coefficient", title="bars: published ranges"
    )
    right.set_xticks([20, 40, 100, 200], ["20", "40", "100", "200"])
    right.minorticks_off()
    for ax in (left, right):
        figures.legend(ax)
    figures.legend(middle, loc="lower center", ncols=2)


def _span(ax, row: dict[str, str], colour: str, upright: bool = False) -> None:
    """A band from the lowest to the highest published value."""
    (ax.axvspan if upright else ax.axhspan)(
        float(row["low"]), float(row["high"]), color=colour, alpha=0.3, lw=0
    )


LABELS = {
    "drag": "drag coefficient",
    "lift": "amplitude of the lift coefficient",
    "strouhal": "Strouhal number",
    "length": "length of the eddies (diameters)",
    "separation": "angle of separation (degrees)",
}


def quantities(reynolds: float, **tolerances: float) -> tuple[Quantity, ...]:
    """The comparisons, with relative tolerances at 30 cells per diameter."""
    chosen = []
    for key, tolerance in tolerances.items():
        (row,) = table("cylinder_freestream").select(Re=reynolds, quantity=key)
        published = table("cylinder_freestream").published("value", Re=reynolds, quantity=key)
        spread = 0.5 * (float(row["high"]) - float(row["low"])) / published.value
        order = 1.5 if key == "separation" else 2.0
        chosen.append(Quantity(key, LABELS[key], published, tolerance, at=30, order=order, floor=spread))
    return tuple(chosen)


def steady(reynolds: float, end: float, quick, full) -> Setup:
    chosen = quantities(reynolds, drag=0.02, length=0.03, separation=0.04)
    settings = settings_at(reynolds, end)
    return Setup(f"Re {reynolds:g}", settings, measure_steady, chosen, quick, full, multiple=5)


def shedding(reynolds: float, end: float, quick, full) -> Setup:
    chosen = quantities(reynolds, drag=0.02, lift=0.05, strouhal=0.01)
    settings = settings_at(reynolds, end, kick=0.3)
    return Setup(f"Re {reynolds:g}", settings, measure_wake, chosen, quick, full, multiple=5)


CASE = Case(
    name="free_cylinder",
    title="Circular cylinder in a stream",
    resolution="cells per diameter",
    setups=(
        steady(20.0, 40.0, quick=(10,), full=(15, 30)),
        steady(40.0, 60.0, quick=(10,), full=(15, 30)),
        shedding(100.0, 90.0, quick=(10,), full=(15, 30)),
        shedding(200.0, 75.0, quick=(10,), full=(15, 30)),
    ),
    draw=draw,
    size=(13.0, 4.4),
)
