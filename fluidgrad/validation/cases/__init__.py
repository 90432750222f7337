"""The cases, one module each."""

from __future__ import annotations

from fluidgrad.validation.case import Case
from fluidgrad.validation.cases import (
    backward_facing_step,
    dfg_cylinder,
    dipole_wall,
    double_shear_layer,
    free_cylinder,
    heated_cavity,
    kolmogorov_instability,
    kovasznay,
    lid_driven_cavity,
    oblique_poiseuille,
    orr_sommerfeld,
    oscillating_cylinder,
    poiseuille_womersley,
    rayleigh_benard,
    regularised_cavity,
    rotating_gaussian,
    square_cylinder,
    taylor_couette,
    taylor_green,
    towed_cylinder,
    walsh_eddies,
    zalesak_disc,
)

_ALL = (
    taylor_green,
    walsh_eddies,
    kovasznay,
    poiseuille_womersley,
    double_shear_layer,
    lid_driven_cavity,
    regularised_cavity,
    orr_sommerfeld,
    kolmogorov_instability,
    backward_facing_step,
    dipole_wall,
    taylor_couette,
    oblique_poiseuille,
    dfg_cylinder,
    free_cylinder,
    square_cylinder,
    towed_cylinder,
    oscillating_cylinder,
    heated_cavity,
    rayleigh_benard,
    rotating_gaussian,
    zalesak_disc,
)

CASES: dict[str, Case] = {module.CASE.name: module.CASE for module in _ALL}
"""Name of a case -> the case, in the order in which they are run and listed."""
