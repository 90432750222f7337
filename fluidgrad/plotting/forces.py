"""``plot_forces``: drag and lift coefficients over time, with their means and the Strouhal number."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fluidgrad.analysis import Oscillation, strouhal, time_mean
from fluidgrad.config import load
from fluidgrad.errors import ConfigError
from fluidgrad.plotting.curves import finish, legend_above, limit, line_style, two_panels
from fluidgrad.plotting.figure import DPI, FORMATS, check_dpi, check_size, check_suffix
from fluidgrad.plotting.style import plain, styled

DRAG, LIFT = "_drag", "_lift"
"""Ends of the names of the series that are drawn; what stands before is the name of the body."""


def bodies_in(series: Mapping[str, np.ndarray]) -> list[str]:
    """Names of the bodies whose drag and lift coefficients are among the columns of a time series."""
    names = [column.removesuffix(DRAG) for column in series if column.endswith(DRAG)]
    return [name for name in names if name + LIFT in series]


def references_of(run: Any) -> dict[str, tuple[float, float]]:
    """Speed (m/s) and length (m) that the coefficients of each body of a run are made with; of none if the run has no
    configuration of this version."""
    text = getattr(run, "config_text", "")
    try:
        bodies = load(text).bodies if "\n" in text else ()
    except ConfigError:
        return {}
    return {body.name: (body.reference.speed, body.reference.length) for body in bodies}


def plot_forces(
    run: Any,
    *,
    since: float | None = None,
    references: Mapping[str, tuple[float, float]] | None = None,
    title: str | None = None,
    path: Path | str | None = None,
    dpi: float = DPI,
    size: tuple[float, float] | None = None,
) -> Any:
    """Draw the drag and lift coefficients of all bodies of a run over time.

    Parameters
    ----------
    run : anything with ``series`` (name -> values, with ``t``) and ``name``, or the path of a run.
    since : time (s) from which means and Strouhal numbers are taken; default the second half of the run.
    references : name of a body -> speed (m/s) and length (m) of its Strouhal number; default those of the
        configuration of the run. Of a body without them the frequency is told.

    ``title``, ``path``, ``dpi``, ``size`` are those of :func:`fluidgrad.plotting.plot`. Raises ConfigError if
    the run has no such series.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    if isinstance(run, str | Path):
        from fluidgrad.output import open_run

        run = open_run(run)
    references = references_of(run) if references is None else references
    series, bodies = run.series, bodies_in(run.series)
    t = np.asarray(series.get("t", ()), dtype=float)
    if not bodies or t.size < 2:
        raise ConfigError(
            f"run {run.name!r} has no forces on bodies in its time series: there is nothing to draw"
        )
    since = min(0.5 * (t[0] + t[-1]), t[-2]) if since is None else since
    late = t >= since
    if late.sum() < 2:
        raise ConfigError(
            f"since: the time series ends at {t[-1]:g} s; give an earlier time than {since:g} s"
        )
    size = None if size is None else check_size(size, 2.0, 60.0)
    with styled():
        figure, upper, lower = two_panels(run.name if title is None else title, check_dpi(dpi), size)
        for number, body in enumerate(bodies):
            drag, lift = (np.asarray(series[body + end], dtype=float) for end in (DRAG, LIFT))
            found = _oscillation(t[late], lift[late], references.get(body))
            style, about = line_style(number), f"{plain(body)}: " if len(bodies) > 1 else ""
            upper.plot(t, drag, label=about + _drag_words(t[late], drag[late], found), **style)
            lower.plot(
                t, lift, label=about + _lift_words(t[late], lift[late], found, references, body), **style
            )
            if found and len(bodies) == 1:
                for ax in (upper, lower):
                    ax.axvspan(found.start, found.end, color="#000000", alpha=0.06, linewidth=0)
        # The start-up may be many times larger than all that follows.
        for ax, end in ((upper, DRAG), (lower, LIFT)):
            limit(ax, [np.asarray(series[body + end])[late] for body in bodies])
            legend_above(ax)
        upper.set_ylabel("drag coefficient $C_d$")
        lower.set(ylabel="lift coefficient $C_l$", xlabel="t [s]", xlim=(t[0], t[-1]))
    return finish(figure, path, dpi)


def _oscillation(t: np.ndarray, lift: np.ndarray, reference: tuple[float, float] | None) -> Oscillation:
    finite = np.isfinite(lift)
    return strouhal(t[finite], lift[finite], *(reference or (1.0, 1.0)), since=t[0])


def _drag_words(t: np.ndarray, drag: np.ndarray, found: Oscillation) -> str:
    mean = time_mean(t, drag, found.start, found.end) if found else time_mean(t, drag)
    return f"mean {mean:.4g}" + (f" over {found.periods} periods" if found else f" from t = {t[0]:.4g} s on")


def _lift_words(t: np.ndarray, lift: np.ndarray, found: Oscillation, references, body: str) -> str:
    if not found:
        return f"mean {time_mean(t, lift):.4g}, no Strouhal number: {found.reason}"
    symbol, unit = ("St", "") if body in references else ("frequency", " Hz")
    error = max(found.uncertainty, 1e-4 * found.strouhal)
    digits = int(np.clip(-np.floor(np.log10(error)), 2, 9))
    number = f"{found.strouhal:.{digits}f} ± {error:.{digits}f}"
    mean = found.mean if abs(found.mean) > 1e-3 * found.amplitude else 0.0
    return f"{symbol} = {number}{unit}, amplitude {found.amplitude:.4g}, mean {mean:.4g}"
