"""What results mean: numbers and fields from a run, a live simulation, a flow, or plain arrays with a grid.

It draws nothing and solves nothing. A module is loaded when a name from it is first used.
"""

from __future__ import annotations

import importlib

_HOMES = {
    "Oscillation": "oscillation",
    "strouhal": "oscillation",
    "time_mean": "oscillation",
    "surface": "surfaces",
    "as_flow": "sources",
    "as_run": "sources",
    **dict.fromkeys(("gradient", "hessian", "laplacian", "smoothed_gradient"), "gradients"),
    **dict.fromkeys(("velocity_gradient", "principal_axes", "pressure_hessian"), "gradients"),
    "lic": "texture",
    "lic_image": "texture",
    "tinted": "texture",
    "find_vortices": "vortices",
    "Vortex": "vortices",
    "Vortices": "vortices",
    "track_vortices": "tracking",
    "Track": "tracking",
    "Tracks": "tracking",
    "gamma1": "gamma",
    "gamma2": "gamma",
    "critical_points": "topology",
    "critical_points_of": "topology",
    "CriticalPoint": "topology",
    "poincare_index": "topology",
    "separatrices": "skeleton",
    "separatrices_of": "skeleton",
    "wrapped_pieces": "skeleton",
    "wall_points": "wallpoints",
    "WallPoint": "wallpoints",
    "edge_lines": "edges",
    "canny": "edges",
    "ridges": "edges",
    "structure_tensor": "edges",
    "StructureTensor": "edges",
    **dict.fromkeys(
        ("energy_spectrum", "enstrophy_spectrum", "field_spectrum", "spectrum", "Spectrum"), "spectra"
    ),
    **dict.fromkeys(("spectral_flux", "SpectralFlux"), "fluxes"),
    **dict.fromkeys(("periodogram", "Periodogram"), "frequencies"),
    **dict.fromkeys(("structure_function", "StructureFunction"), "structure"),
    **dict.fromkeys(("autocorrelation", "spatial_correlation", "Correlation"), "correlation"),
    **dict.fromkeys(("pdf", "Pdf"), "pdfs"),
    **dict.fromkeys(("pod", "dmd", "Pod", "Dmd"), "modal"),
    **dict.fromkeys(("time_mean_flow", "Moments"), "moments"),
    **dict.fromkeys(("kinetic_energy_budget", "enstrophy_budget", "recorded_budget", "Budget"), "budgets"),
    "Physics": "physics",
    **dict.fromkeys(("velocity_of", "sampled_velocity", "tabulated"), "velocity"),
    **dict.fromkeys(("norms", "difference", "convergence", "profile", "common_time"), "comparison"),
    "flow_map": "flowmap",
    **dict.fromkeys(("ftle", "FTLE"), "lyapunov"),
    **dict.fromkeys(("lavd", "LAVD"), "coherence"),
    **dict.fromkeys(("pathlines", "streaklines", "timelines", "Lines"), "particles"),
    **dict.fromkeys(("line_of_points", "grid_of_points", "points_where"), "releases"),
}
"""Public name -> the module it is in; no name is that of a module."""

__all__ = [*_HOMES]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fluidgrad.analysis' has no attribute {name!r}")
    return getattr(importlib.import_module(f"fluidgrad.analysis.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
