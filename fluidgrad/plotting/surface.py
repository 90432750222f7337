"""``plot_surface``: pressure coefficient and friction along the walls of bodies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from fluidgrad.errors import ConfigError
from fluidgrad.plotting.curves import finish, legend_above, limit, line_style, two_panels
from fluidgrad.plotting.figure import DPI, FORMATS, check_dpi, check_size, check_suffix
from fluidgrad.plotting.style import plain, styled

COLUMNS = ("body", "s", "x", "y", "angle", "cp", "shear")
"""Columns of a table of walls: name of the body, arc length (m), place (m), direction from the centre of the body
(degrees), pressure coefficient, wall shear stress over density (m2/s2)."""

ALONG = {"s": "arc length s [m]", "angle": "angle [degrees]", "x": "x [m]", "y": "y [m]"}
"""What the curves can be drawn over -> label."""


def plot_surface(
    table: Mapping[str, np.ndarray],
    *,
    along: str = "s",
    title: str = "",
    path: Path | str | None = None,
    dpi: float = DPI,
    size: tuple[float, float] | None = None,
) -> Any:
    """Draw the pressure coefficient and the wall shear stress along the walls of bodies.

    Parameters
    ----------
    table : column (:data:`COLUMNS`) -> values (n,), the points of each body in the order of their arc length.
    along : what the curves are drawn over, one of :data:`ALONG`.

    ``title``, ``path``, ``dpi``, ``size`` are those of :func:`fluidgrad.plotting.plot`. Raises ConfigError for a
    table without these columns, or without points.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    if along not in ALONG:
        raise ConfigError(f"along must be one of {', '.join(ALONG)}, not {along!r}")
    if missing := [name for name in COLUMNS if name not in table]:
        raise ConfigError(f"the table of walls lacks {', '.join(missing)}")
    if not len(table["s"]):
        raise ConfigError("there is no wall to draw: the table has no points")
    size = None if size is None else check_size(size, 2.0, 60.0)
    with styled():
        figure, upper, lower = two_panels(title, check_dpi(dpi), size)
        draw_surface(upper, lower, table, along)
        lower.set_xlabel(ALONG[along])
        if along == "angle":
            lower.xaxis.set_major_locator(MultipleLocator(45))
    return finish(figure, path, dpi)


def draw_surface(upper: Axes, lower: Axes, table: Mapping[str, np.ndarray], along: str = "s") -> None:
    """Draw the pressure coefficient into the upper and the shear stress into the lower panel."""
    body = np.asarray(table["body"])
    names = list(dict.fromkeys(body.tolist()))
    for number, name in enumerate(names):
        mine = np.flatnonzero(body == name)
        place = np.asarray(table[along], dtype=float)[mine]
        if along == "angle":
            order = np.argsort(place, kind="stable")
            mine, place = mine[order], place[order]
        label = plain(str(name)) if len(names) > 1 else None
        upper.plot(place, np.asarray(table["cp"], dtype=float)[mine], label=label, **line_style(number))
        lower.plot(place, np.asarray(table["shear"], dtype=float)[mine], **line_style(number))
    for ax, column in ((upper, "cp"), (lower, "shear")):
        limit(ax, [np.asarray(table[column], dtype=float)])
    upper.set_ylabel("pressure coefficient $C_p$")
    lower.set_ylabel(r"wall shear stress $\tau_w/\rho$ [m² s⁻²]")
    legend_above(upper)
