"""Styles of pictures: for the screen, for paper, for dark slides. One table, :data:`THEMES`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fluidgrad.errors import ConfigError

DARK = "#1a1a1a"

COLUMN_WIDTHS = {"column": 3.5, "page": 7.0}
"""Name of a width of a figure -> inches, those of most journals."""

RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "mathtext.fontset": "dejavusans",
    "axes.linewidth": 0.7,
    "axes.edgecolor": DARK,
    "axes.labelcolor": DARK,
    "axes.titlesize": 10.0,
    "axes.titlepad": 7.0,
    "axes.labelpad": 3.0,
    "axes.unicode_minus": True,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.color": DARK,
    "text.usetex": False,
    "text.parse_math": True,
    "xtick.color": DARK,
    "ytick.color": DARK,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "image.interpolation": "none",
    "path.simplify": True,
    "svg.hashsalt": "fluidgrad",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
"""Settings of matplotlib that all styles start from."""


@dataclass(frozen=True, eq=False)
class Theme:
    """A style: what differs from :data:`RC`, and the colours that are not matplotlib's to know.

    ``line`` is the colour of lines on the bare panel with ``halo`` around them, ``body`` that of bodies;
    ``diverging``, ``sequential``, ``cyclic`` (angles) and ``grey`` name colour maps; ``dpi`` is the least number of
    pixels per inch.
    """

    name: str
    about: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    line: str = DARK
    halo: str = "#ffffff90"
    paper: str = "#ffffff"
    body: str = "#bdbdbd"
    diverging: str = "vik"
    sequential: str = "viridis"
    cyclic: str = "romaO"
    grey: str = "gray"
    dpi: float = 0.0

    @property
    def dark(self) -> bool:
        """Whether the background is."""
        return self.line != DARK

    @property
    def rc(self) -> dict[str, Any]:
        """All settings of matplotlib."""
        return RC | dict(self.changes)

    @property
    def small(self) -> float:
        """Size of the letters of keys and labels inside a panel, points."""
        return 0.9 * self.rc["font.size"]


SCREEN = Theme("screen", "for the screen")

_SERIF = {
    "font.family": ["STIXGeneral"],
    "mathtext.fontset": "stix",
    "font.size": 8.0,
    "axes.titlesize": 8.0,
    "axes.titlepad": 5.0,
    "axes.linewidth": 0.5,
    "axes.labelpad": 2.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
}
PAPER = Theme(
    "paper", "for print: serif letters, a column or a page wide, 300 dots per inch", _SERIF, dpi=300.0
)

_NIGHT, _MOON = "#12151a", "#e4e6ea"
_DARK = {
    **dict.fromkeys(("axes.facecolor", "figure.facecolor", "savefig.facecolor"), _NIGHT),
    **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), _MOON),
}
NIGHT = Theme(
    "dark",
    "for dark slides and pages",
    _DARK,
    line=_MOON,
    halo="#12151a90",
    paper=_NIGHT,
    body="#5b626d",
    diverging="berlin",
)

THEMES = {theme.name: theme for theme in (SCREEN, PAPER, NIGHT)}
"""Name of a style -> what it is."""


def theme_of(style: str | Theme) -> Theme:
    """The style of that name. Raises ConfigError with the nearest name."""
    if isinstance(style, Theme):
        return style
    if style not in THEMES:
        near = difflib.get_close_matches(str(style), THEMES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ConfigError(f"there is no style {style!r}: {hint}Styles are {', '.join(THEMES)}.")
    return THEMES[style]
