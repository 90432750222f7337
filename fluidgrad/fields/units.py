"""Units and symbols of what is made from other fields."""

from __future__ import annotations

import re

_GREEK = ("alpha", "beta", "gamma", "delta", "theta", "kappa", "rho", "sigma", "phi", "chi", "psi", "omega")


def scalar_symbol(name: str) -> str:
    """Mathtext for the name of a transported scalar: a letter, a Greek letter, or the word upright."""
    if len(name) == 1:
        return name
    return rf"\{name}" if name in _GREEK else rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def per_metre(units: str) -> str:
    """Units divided by a metre: ``"m2 s-2"`` gives ``"m s-2"``, ``"K"`` gives ``"K m-1"``."""
    if units == "1":
        return "m-1"
    if not re.fullmatch(r"[A-Za-z]+(-?\d+)?( [A-Za-z]+(-?\d+)?)*", units):
        return f"({units}) m-1"
    powers = {name: int(power or 1) for name, power in re.findall(r"([A-Za-z]+)(-?\d+)?", units)}
    powers = {"m": powers.pop("m", 0) - 1, **powers}
    ordered = sorted(powers, key=lambda name: powers[name] < 0)
    return " ".join(f"{n}{'' if powers[n] == 1 else powers[n]}" for n in ordered if powers[n]) or "1"


def product(first: str, second: str) -> str:
    """Product of units: ``"K"`` and ``"m s-1"`` give ``"K m s-1"``, ``"K"`` and ``"K"`` give ``"K2"``."""
    if "1" in (first, second):
        return second if first == "1" else first
    if not all(re.fullmatch(r"[A-Za-z]+(-?\d+)?( [A-Za-z]+(-?\d+)?)*", units) for units in (first, second)):
        return f"({first}) ({second})"
    powers: dict[str, int] = {}
    for name, power in re.findall(r"([A-Za-z]+)(-?\d+)?", f"{first} {second}"):
        powers[name] = powers.get(name, 0) + int(power or 1)
    ordered = sorted(powers, key=lambda name: powers[name] < 0)
    return " ".join(f"{n}{'' if powers[n] == 1 else powers[n]}" for n in ordered if powers[n]) or "1"


def per_square_metre(units: str) -> str:
    """Units divided by a square metre; what is in brackets stays there: ``"(%) m-2"``."""
    bracketed = re.fullmatch(r"(\(.*\)) m-1", per_metre(units))
    return f"{bracketed[1]} m-2" if bracketed else per_metre(per_metre(units))
