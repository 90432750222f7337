"""Flows and results of the analysis show what they are, not their arrays."""

from __future__ import annotations

import numpy as np
import pytest
from exact_flows import taylor_green

from fluidgrad import analysis

FLOWS = [taylor_green(16, t) for t in np.linspace(0, 2, 5)]
SEEDS = {"duration": 0.5, "nx": 12, "ny": 10}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FLOWS[2], ["Flow at t = 1 s", "16 x 16 cells", "periodic", "u, v, p"]),
        (lambda: analysis.pod(FLOWS, modes=2), ["Pod of velocity: ", "5, t = 0 to 2 s", "100.00%"]),
        (lambda: analysis.dmd(FLOWS, modes=1), ["Dmd of velocity: 1 mode", "frequency", "1/s"]),
        (lambda: analysis.ftle(FLOWS, 0.0, **SEEDS), ["FTLE from t = 0 s over 0.5 s", "10 seeds", "100.0%"]),
        (lambda: analysis.lavd(FLOWS, 0.0, **SEEDS), ["LAVD from t = 0 s over 0.5 s", "12 seeds"]),
        (lambda: analysis.pdf(FLOWS[0], "vorticity", bins=20), ["Pdf in 20 bins", "skewness", "kurtosis"]),
    ],
    ids=["Flow", "Pod", "Dmd", "FTLE", "LAVD", "Pdf"],
)
def test_what_is_shown(make, words):
    shown = make()
    assert [word for word in words if word not in repr(shown)] == []
    assert len(repr(shown)) < 500 and "<table>" in shown._repr_html_()
