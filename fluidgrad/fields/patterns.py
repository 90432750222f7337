"""Fields that every other field has: derivatives, slopes, and the pictures that optics makes of them.

The name of a pattern is that of the field with a prefix or suffix, as ``grad_vorticity`` or ``d2p_dx2``. All are at the
cell centres, of second order up to the sides and beside bodies, and NaN in bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fluidgrad.differences import SCHARR, SOBEL, hessian, laplacian, smoothed_gradient
from fluidgrad.fields.table import Field
from fluidgrad.fields.units import per_metre, per_square_metre
from fluidgrad.fields.values import gradient_of, rounding, trusted_at_centres
from fluidgrad.flow import Flow

CONTRAST = 10.0
"""How much darker the steepest place of a schlieren picture is than a level one: exp(-10)."""


@dataclass(frozen=True)
class Pattern:
    """What a pattern makes of a field F: units, words and mathtext from those of F, values from a flow and F."""

    units: Callable[[str], str]
    long_name: str
    symbol: str
    diverging: bool
    function: Callable[[Flow, Field], np.ndarray]
    source: str = ""
    period: float = 0.0
    grey: bool = False

    @property
    def formula(self) -> str:
        """What it is, in one line."""
        return " ".join((self.function.__doc__ or "").split())

    def of(self, name: str, base: Field) -> Field:
        """The field of that name."""

        def function(flow: Flow) -> np.ndarray:
            return self.function(flow, base)

        function.__doc__ = self.function.__doc__
        words, symbol = (text.replace("{}", part) for text, part in
                         ((self.long_name, base.long_name), (self.symbol, base.symbol)))  # fmt: skip
        return Field(
            name, "centre", self.units(base.units), words, symbol, self.diverging, function, self.source,
            self.period, self.grey,
        )  # fmt: skip


def field(name: str, known: Mapping[str, Field]) -> Field | None:
    """The field that a pattern makes, under that name, of one of the ``known``; None if there is none."""
    for form, pattern in PATTERNS.items():
        before, after = form.split("{}")
        if name.startswith(before) and name.endswith(after):
            base = name.removeprefix(before).removesuffix(after)
            if base in known:
                return pattern.of(name, known[base])
    return None


def candidates(name: str, known: Iterable[str]) -> list[str]:
    """Names that could have been meant by one: all of the ``known``, and their patterns if it looks like one."""
    plain = list(known)
    forms = [form for form in PATTERNS if name.startswith(form.split("{}")[0][:4])]
    return plain + [form.replace("{}", base) for form in forms for base in plain]


def _along_x(flow: Flow, base: Field) -> np.ndarray:
    """dF/dx"""
    return gradient_of(flow, base)[0]


def _along_y(flow: Flow, base: Field) -> np.ndarray:
    """dF/dy"""
    return gradient_of(flow, base)[1]


def _magnitude(flow: Flow, base: Field) -> np.ndarray:
    """|grad F|"""
    return np.hypot(*gradient_of(flow, base))


def _angle(flow: Flow, base: Field) -> np.ndarray:
    """atan2(dF/dy, dF/dx) from the x-axis, -180 to 180 degrees: the way F grows fastest"""
    along_x, along_y = gradient_of(flow, base)
    return np.degrees(np.arctan2(along_y, along_x))


def _second(flow: Flow, base: Field) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hessian of F."""
    return hessian(trusted_at_centres(flow, base), flow.grid, flow.distance)


def _xx(flow: Flow, base: Field) -> np.ndarray:
    """d2F/dx2"""
    return _second(flow, base)[0]


def _xy(flow: Flow, base: Field) -> np.ndarray:
    """d2F/dxdy"""
    return _second(flow, base)[1]


def _yy(flow: Flow, base: Field) -> np.ndarray:
    """d2F/dy2"""
    return _second(flow, base)[2]


def _laplacian(flow: Flow, base: Field) -> np.ndarray:
    """d2F/dx2 + d2F/dy2"""
    return laplacian(trusted_at_centres(flow, base), flow.grid, flow.distance)


def _schlieren(flow: Flow, base: Field) -> np.ndarray:
    """exp(-10 |grad F|/max |grad F|): 1 where F is level, dark at fronts; a knife edge in the light of a lamp"""
    return np.exp(-CONTRAST * _relative(_magnitude(flow, base), flow, base, 1))


def _shadowgraph(flow: Flow, base: Field) -> np.ndarray:
    """laplacian F/max |laplacian F|, -1 to 1: where light bent by F would gather or be missing"""
    return _relative(_laplacian(flow, base), flow, base, 2)


def _sobel(flow: Flow, base: Field) -> np.ndarray:
    """|grad F| from derivatives averaged 1 : 2 : 1 across their direction"""
    return _smoothed(flow, base, SOBEL)


def _scharr(flow: Flow, base: Field) -> np.ndarray:
    """|grad F| from derivatives averaged 3 : 10 : 3 across their direction, which favours none"""
    return _smoothed(flow, base, SCHARR)


def _smoothed(flow: Flow, base: Field, weight: float) -> np.ndarray:
    return np.hypot(*smoothed_gradient(trusted_at_centres(flow, base), flow.grid, weight, flow.distance))


def _relative(values: np.ndarray, flow: Flow, base: Field, order: int) -> np.ndarray:
    """Derivatives of an order over the largest magnitude among them; zero if all are round-off of F."""
    cell = min(flow.grid.smallest_dx, flow.grid.smallest_dy)
    noise = rounding(flow, base, trusted_at_centres(flow, base)) / cell**order
    largest = float(np.max(np.abs(values), initial=0.0, where=~np.isnan(values)))
    return values / largest if largest > noise else 0 * values


def _unity(units: str) -> str:
    return "1"


def _degrees(units: str) -> str:
    return "degree"


PATTERNS: dict[str, Pattern] = {
    "d{}_dx": Pattern(per_metre, "derivative of {} along x", r"\partial {}/\partial x", True, _along_x),
    "d{}_dy": Pattern(per_metre, "derivative of {} along y", r"\partial {}/\partial y", True, _along_y),
    "grad_{}": Pattern(per_metre, "gradient of {}", r"|\nabla {}|", False, _magnitude),
    "grad_{}_angle": Pattern(
        _degrees, "direction of the gradient of {}", r"\angle\nabla {}", False, _angle, period=360.0
    ),
    "d2{}_dx2": Pattern(
        per_square_metre, "second derivative of {} along x", r"\partial^2 {}/\partial x^2", True, _xx
    ),
    "d2{}_dxdy": Pattern(
        per_square_metre, "mixed second derivative of {}", r"\partial^2 {}/\partial x\partial y", True, _xy
    ),
    "d2{}_dy2": Pattern(
        per_square_metre, "second derivative of {} along y", r"\partial^2 {}/\partial y^2", True, _yy
    ),
    "laplacian_{}": Pattern(per_square_metre, "Laplacian of {}", r"\nabla^2 {}", True, _laplacian),
    "schlieren_{}": Pattern(
        _unity, "schlieren of {}", r"e^{-10|\nabla {}|/\max|\nabla {}|}", False, _schlieren,
        "Quirk and Karni 1996", grey=True,
    ),
    "shadowgraph_{}": Pattern(
        _unity, "shadowgraph of {}", r"\nabla^2 {}/\max|\nabla^2 {}|", True, _shadowgraph,
        "Settles 2001", grey=True,
    ),
    "sobel_{}": Pattern(
        per_metre, "Sobel gradient of {}", r"|\nabla_S {}|", False, _sobel, "Sobel and Feldman 1968"
    ),
    "scharr_{}": Pattern(
        per_metre, "Scharr gradient of {}", r"|\nabla_{Sch} {}|", False, _scharr, "Scharr 2000"
    ),
}  # fmt: skip
"""Form of a name, ``{}`` standing for the field it is made of -> :class:`Pattern`."""
