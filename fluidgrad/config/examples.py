"""Small configurations that templates start from: what differs from the defaults, and nothing else."""

from __future__ import annotations

from math import pi
from typing import Any

_WALL, _SLIP, _PERIODIC, _OUTFLOW = ({"type": name} for name in ("wall", "slip", "periodic", "outflow"))
_PERIODIC_BOX = dict.fromkeys(("left", "right", "bottom", "top"), _PERIODIC)
_PERIODIC_CHANNEL = {"left": _PERIODIC, "right": _PERIODIC, "bottom": _WALL, "top": _WALL}

EXAMPLES: dict[str, dict[str, Any]] = {
    "lid-driven cavity": {
        "title": "Lid-driven cavity",
        "domain": {"x": [0.0, 1.0], "y": [0.0, 1.0], "cells": [64, 64]},
        "fluid": {"reynolds": 100.0, "speed": 1.0, "length": 1.0},
        "boundaries": {
            "left": _WALL,
            "right": _WALL,
            "bottom": _WALL,
            "top": {"type": "moving wall", "velocity": 1.0},
        },
        "initial": {"case": "rest"},
        "time": {"end": 20.0, "cfl": 0.5, "steady": 1e-6},
        "output": {"figure": "vorticity"},
    },
    "channel": {
        "title": "Channel driven by a pressure gradient",
        "domain": {"x": [0.0, 2.0], "y": [0.0, 1.0], "cells": [64, 32]},
        "fluid": {"viscosity": 0.02},
        "boundaries": _PERIODIC_CHANNEL,
        "forcing": {"pressure_gradient": [-0.24, 0.0]},
        "initial": {"case": "rest"},
        "time": {"end": 50.0},
        "output": {"figure": "u"},
    },
    "jet": {
        "title": "Jet from inflow to outflow",
        "constants": {"width": 0.1},
        "domain": {"x": [0.0, 2.0], "y": [-0.5, 0.5], "cells": [128, 64]},
        "fluid": {"viscosity": 5e-4},
        "boundaries": {
            "left": {"type": "inflow", "normal": "0.2 + exp(-(y/width)^2) + 0.01*sin(2*pi*t)"},
            "right": _OUTFLOW,
            "bottom": _SLIP,
            "top": _SLIP,
        },
        "initial": {"case": "uniform", "u": 0.2},
        "time": {"end": 10.0},
    },
    "cylinder wake": {
        "title": "Vortices behind a cylinder",
        "domain": {"x": [-2.0, 10.0], "y": [-3.0, 3.0], "cells": [192, 96]},
        "fluid": {"reynolds": 100.0, "speed": 1.0, "length": 1.0},
        "boundaries": {
            "left": {"type": "inflow", "normal": 1.0},
            "right": _OUTFLOW,
            "bottom": _SLIP,
            "top": _SLIP,
        },
        "bodies": [
            {
                "name": "cylinder",
                "shape": "circle",
                "x": 0.0,
                "y": 0.05,
                "radius": 0.5,
                "reference": {"speed": 1.0, "length": 1.0},
            }
        ],
        "initial": {"case": "uniform", "u": 1.0},
        "time": {"end": 60.0},
    },
    "heated cavity": {
        "title": "Air between a hot and a cold wall",
        "domain": {"x": [0.0, 1.0], "y": [0.0, 1.0], "cells": [64, 64]},
        "fluid": {"scales": "diffusive"},
        "boundaries": dict.fromkeys(_PERIODIC_BOX, _WALL),
        "scalars": [
            {
                "name": "temperature",
                "prandtl": 0.71,
                "initial": 0.5,
                "rayleigh": 1e5,
                "difference": 1.0,
                "reference": 0.5,
                "boundaries": {
                    "left": {"type": "value", "value": 1.0},
                    "right": {"type": "value", "value": 0.0},
                },
            }
        ],
        "initial": {"case": "rest"},
        "numerics": {"diffusion": "implicit"},
        "time": {"end": 0.3},
        "output": {"figure": "temperature"},
    },
    "taylor green": {
        "title": "Taylor-Green vortices",
        "domain": {"x": [0.0, 2 * pi], "y": [0.0, 2 * pi], "cells": [64, 64]},
        "fluid": {"viscosity": 0.01},
        "boundaries": _PERIODIC_BOX,
        "initial": {"case": "taylor green", "amplitude": 1.0, "wavenumber": 1},
        "time": {"end": 2.0},
    },
    "walsh eddies": {
        "title": "Walsh eddies in a mean flow",
        "domain": {"x": [0.0, 2 * pi], "y": [0.0, 2 * pi], "cells": [64, 64]},
        "fluid": {"viscosity": 0.01},
        "boundaries": _PERIODIC_BOX,
        "initial": {"case": "walsh eddies", "mean": [1.0, 0.3]},
        "time": {"end": 1.0},
    },
    "double shear layer": {
        "title": "Roll-up of a double shear layer",
        "domain": {"cells": [128, 128]},
        "fluid": {"viscosity": 1e-4},
        "boundaries": _PERIODIC_BOX,
        "initial": {"case": "double shear layer", "steepness": 30.0, "perturbation": 0.05},
        "time": {"end": 1.0},
    },
    "gaussian vortices": {
        "title": "Merging of two vortices",
        "domain": {"x": [-1.0, 1.0], "y": [-1.0, 1.0], "cells": [128, 128]},
        "fluid": {"viscosity": 5e-4},
        "boundaries": dict.fromkeys(_PERIODIC_BOX, _SLIP),
        "initial": {
            "case": "gaussian vortices",
            "vortices": [
                {"x": -0.15, "y": 0.0, "circulation": 1.0, "radius": 0.1},
                {"x": 0.15, "y": 0.0, "circulation": 1.0, "radius": 0.1},
            ],
        },
        "time": {"end": 5.0},
    },
    "shielded vortices": {
        "title": "Two shielded vortices against a wall",
        "domain": {"x": [-1.0, 1.0], "y": [-1.0, 1.0], "cells": [256, 256]},
        "fluid": {"reynolds": 625.0},
        "boundaries": dict.fromkeys(_PERIODIC_BOX, _WALL),
        "initial": {
            "case": "shielded vortices",
            "vortices": [
                {"x": 0.0, "y": 0.1, "vorticity": 299.528385375226, "radius": 0.1},
                {"x": 0.0, "y": -0.1, "vorticity": -299.528385375226, "radius": 0.1},
            ],
        },
        "time": {"end": 1.0},
    },
    "lamb-chaplygin dipole": {
        "title": "Dipole running into a wall",
        "domain": {"x": [0.0, 2.0], "y": [0.0, 2.0], "cells": [128, 128]},
        "fluid": {"viscosity": 5e-4},
        "boundaries": dict.fromkeys(_PERIODIC_BOX, _WALL),
        "initial": {"case": "lamb-chaplygin dipole", "x": 1.0, "y": 1.0, "radius": 0.2, "speed": 0.5},
        "time": {"end": 4.0},
    },
    "turbulence": {
        "title": "Decaying turbulence",
        "domain": {"x": [0.0, 2 * pi], "y": [0.0, 2 * pi], "cells": [128, 128]},
        "fluid": {"viscosity": 1e-3},
        "boundaries": _PERIODIC_BOX,
        "initial": {"case": "turbulence", "spectrum": "k/(1+(k/6)^4)", "speed": 1.0, "seed": 1},
        "time": {"end": 5.0},
    },
    "kolmogorov": {
        "title": "Kolmogorov flow",
        "domain": {"x": [0.0, 2 * pi], "y": [0.0, 2 * pi], "cells": [128, 128]},
        "fluid": {"viscosity": 0.01},
        "boundaries": _PERIODIC_BOX,
        "forcing": {"drag": 0.1, "kolmogorov": {"amplitude": 1.0, "wavenumber": 4, "direction": "x"}},
        "initial": {"case": "formula", "u": "0.1*sin(y)", "v": "0.1*sin(x)"},
        "time": {"end": 20.0},
    },
}
"""Name of an example -> its settings."""
