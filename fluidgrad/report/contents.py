"""What a report shows of a run, section by section: each a function from a run to HTML, empty if there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis import find_vortices
from fluidgrad.config import Config
from fluidgrad.errors import FluidgradError
from fluidgrad.output.state import RunState, config_of, state_of
from fluidgrad.plotting import plot, plot_forces
from fluidgrad.plotting.columns import GENERAL, budgets_in, choose_columns, oscillating
from fluidgrad.plotting.forces import bodies_in
from fluidgrad.plotting.style import pretty_units
from fluidgrad.report import page
from fluidgrad.report.images import encoded, film_of

SNAPSHOTS = 4
"""Moments in the picture of how the flow came about."""

MOST_VORTICES = 20

ROWS = 64
"""Rows of a time series that a spectrum is worth drawing of."""


@dataclass(frozen=True)
class Subject:
    """A run, what it was asked to do (None if that cannot be read), and where it stands."""

    run: Any
    config: Config | None
    state: RunState

    @classmethod
    def of(cls, run: Any) -> Subject:
        return cls(run, config_of(run), state_of(run))


def drawn(make: Callable[[], Any], alt: str, caption: str = "", lossless: bool = False) -> str:
    """The figure that ``make`` draws, or a note that says why it cannot be drawn."""
    try:
        return page.picture(*encoded(make(), lossless), alt, caption)
    except FluidgradError as error:
        return page.note(f"{caption or alt}: not drawn, {error}")


def glance(subject: Subject, **_) -> str:
    """What the run is, and the most telling fields at its end."""
    run = subject.run
    rows = [
        ("state", subject.state.words.partition(";")[0]),
        *(subject.config.summary().items() if subject.config else []),
        ("snapshots", f"{len(run)}, t = {run.times[0]:g} to {run.times[-1]:g} s"),
    ]
    seen = {name: text for name, text in rows if name not in ("name", "title")}
    when = f"at t = {run.times[-1]:.4g} s"
    overview = drawn(
        lambda: plot(run, preset="overview", title=""),
        f"Fields {when} side by side: vorticity, speed with streamlines, pressure with arrows.",
        f"The flow {when}.",
    )
    return page.facts(seen.items(), "What the run is") + overview


def motion(subject: Subject, animation: bool, progress=None, **_) -> str:
    """The film."""
    run = subject.run
    if not animation or len(run) < 3:
        return ""
    try:
        made = film_of(run, "vorticity", progress)
    except FluidgradError as error:
        return page.note(f"no film: {error}")
    if made is None:
        return page.note("The film is left out: it would make this page too large. See fluidgrad animate.")
    span = f"from t = {run.times[0]:g} to {run.times[-1]:g} s"
    return page.film(*made, f"Film of the vorticity {span}.", f"Vorticity {span}.")


def pictures(subject: Subject, **_) -> str:
    """How the flow came about, and the presets."""
    run, last = subject.run, f"at t = {subject.run.times[-1]:.4g} s"
    moments = np.unique(np.linspace(0, len(run) - 1, SNAPSHOTS + 1).round().astype(int))[1:].tolist()
    times = ", ".join(f"{run.times[k]:.4g}" for k in moments)
    parts = []
    if len(moments) > 1:
        parts.append(
            drawn(
                lambda: plot(run, "vorticity", index=moments, title=""),
                f"Vorticity at t = {times} s, on the same colours.",
                f"Vorticity at t = {times} s.",
            )
        )
    of_presets = {
        "pressure-gradient": "Pressure, its level lines, and which way it pushes",
        "lic": "Lines of the velocity as streaks, coloured by the vorticity",
        **({"dye": "The transported scalar"} if run.scalars else {}),
    }
    for name, words in of_presets.items():
        parts.append(
            drawn(lambda name=name: plot(run, preset=name, title=""), f"{words} {last}.", f"{words} {last}.")
        )
    return "".join(parts)


def forces(subject: Subject, **_) -> str:
    """Drag and lift over time."""
    bodies = bodies_in(subject.run.series)
    if not bodies:
        return ""
    return drawn(
        lambda: plot_forces(subject.run, title=""),
        f"Curves of the drag and lift coefficients of {', '.join(bodies)} over time.",
        "Drag and lift coefficients over time, with their means and the frequency of the lift.",
        lossless=True,
    )


def series(subject: Subject, **_) -> str:
    """The time series: figures, spectrum, budgets, and their last values."""
    from fluidgrad.plotting.budget import budget_of, plot_budget
    from fluidgrad.plotting.series import plot_series

    run = subject.run
    if len(run.series.get("t", ())) < 2:
        return ""
    names = ", ".join(choose_columns(run))
    parts = [drawn(lambda: plot_series(run, title=""), f"Curves over time of {names}.", "", lossless=True)]
    waves = ", ".join(name for name in oscillating(run) if name not in GENERAL)
    if waves and len(run.series["t"]) >= ROWS:
        parts.append(
            drawn(
                lambda: plot_series(run, spectrum=True, title=""),
                f"Power spectral density of {waves} with its peak marked.",
                f"Spectrum of {waves} in the second half of the time.",
                lossless=True,
            )
        )
    for kind in budgets_in(run.series):
        words = f"Budget of {kind} over time, term by term"
        parts.append(
            drawn(lambda kind=kind: plot_budget(budget_of(run, kind)), f"{words}.", f"{words}.", True)
        )
    return "".join(parts) + _statistics(run)


def _statistics(run: Any) -> str:
    """A table of all columns: last value, and least, mean and largest of the second half of the time."""
    t = run.series["t"]
    late = t >= 0.5 * (t[0] + t[-1])
    rows = []
    for name, column in run.series.items():
        if name in ("t", "step"):
            continue
        units, words = run.series_units.get(name, ("", ""))
        numbers = (column[-1], column[late].min(), column[late].mean(), column[late].max())
        unit = "" if units == "1" else pretty_units(units).replace(" ", "\N{NO-BREAK SPACE}")
        rows.append((name, words, unit, *(f"{value:.5g}" for value in numbers)))
    head = ("column", "meaning", "unit", "last", "least", "mean", "largest")
    remark = page.note("Least, mean and largest are of the rows in the second half of the time.")
    return page.table(head, rows, "The columns of the time series", words=3) + remark


def spectrum(subject: Subject, **_) -> str:
    """The energy spectrum, if the flow is periodic both ways."""
    from fluidgrad.report.spectra import plot_spectrum

    grid = subject.run.grid
    if not (grid.periodic_x and grid.periodic_y):
        return ""
    return drawn(
        lambda: plot_spectrum(subject.run),
        "Energy spectrum over the wavenumber at the beginning, in the middle and at the end, on logarithmic axes.",
        "Energy spectrum at three times; its sum is the mean kinetic energy.",
        lossless=True,
    )


def vortices(subject: Subject, **_) -> str:
    """Where the vortices are at the end, with a table of the strongest."""
    run = subject.run
    try:
        found = find_vortices(run)
    except FluidgradError as error:
        return page.note(f"vortices: {error}")
    when = f"at t = {run.times[-1]:.4g} s"
    if not len(found):
        return page.note(f"There are no vortices {when}.")
    strongest = sorted(found, key=lambda one: -abs(one.circulation))
    rows = [
        (str(one.label), *(f"{value:.4g}" for value in (one.x, one.y, one.circulation, one.area, one.peak)))
        for one in strongest[:MOST_VORTICES]
    ]
    head = ("vortex", "x [m]", "y [m]", "circulation [m² s⁻¹]", "area [m²]", "vorticity at its core [s⁻¹]")
    parts = [
        drawn(
            lambda: plot(run, preset="vortices", title=""),
            f"Vorticity {when} with the outlines of {len(found)} vortices and their circulations.",
            f"Vortices {when}.",
        ),
        page.table(head, rows, f"Vortices {when}"),
    ]
    if len(strongest) > len(rows):
        parts.append(page.note(f"The {len(rows)} strongest of {len(strongest)}."))
    return "".join(parts)


def configuration(subject: Subject, **_) -> str:
    """The resolved configuration."""
    text = subject.run.config_text
    return page.folded("The configuration with all defaults filled in", text) if text.strip() else ""


def provenance(subject: Subject, **_) -> str:
    """How the run came about."""
    run = subject.run
    rows = [(name, value) for name, value in run.attributes.items() if name not in ("title", "name")]
    return page.facts([("directory", run.path.resolve().name), *rows], "How the run came about")


SECTIONS: dict[str, tuple[str, Callable[..., str]]] = {
    "glance": ("At a glance", glance),
    "film": ("The flow in motion", motion),
    "pictures": ("Pictures", pictures),
    "forces": ("Forces on bodies", forces),
    "vortices": ("Vortices", vortices),
    "spectrum": ("Energy spectrum", spectrum),
    "series": ("Time series", series),
    "configuration": ("Configuration", configuration),
    "provenance": ("Provenance", provenance),
}
"""Word for links -> title, and what makes the section; in this order on the page."""
