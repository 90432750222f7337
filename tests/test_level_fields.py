"""What does not change has no structure: rounding is taken for none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluidgrad import fields
from fluidgrad.analysis import (
    autocorrelation,
    critical_points,
    find_vortices,
    pdf,
    periodogram,
    ridges,
    spatial_correlation,
    wall_points,
)
from fluidgrad.analysis.edges import edge_lines
from fluidgrad.analysis.vortices import CRITERIA
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

GRID = Grid.uniform(24, 20, periodic_x=True)
EPS = np.finfo(float).eps


@pytest.fixture
def level(rng):
    """A uniform stream with round-off in everything; the pressure is nothing but that."""

    def about(value, location):
        return value + 4 * EPS * max(value, 1.0) * rng.standard_normal(GRID.shape(location))

    return Flow.of(
        GRID,
        about(1.0, "x-face"),
        about(0.5, "y-face"),
        about(0.0, "centre"),
        scalars={"c": about(3.0, "centre")},
    )


@pytest.mark.parametrize("criterion", CRITERIA)
def test_no_vortices(level, criterion):
    assert len(find_vortices(level, criterion=criterion, smallest=0, rotation=0)) == 0


@pytest.mark.parametrize("field", ["velocity", "p", "c"])
def test_no_critical_points(level, field):
    assert critical_points(level, field) == [] and wall_points(level) == []


def test_no_edges_and_no_shades(level):
    c = level.scalars["c"]
    assert edge_lines(c, GRID) == [] and ridges(c, GRID.x, GRID.y) == []
    for name in ("p", "c"):
        assert (fields.compute(level, f"schlieren_{name}") == 1).all()
        assert not fields.compute(level, f"shadowgraph_{name}").any()


def test_no_statistics_of_round_off(level):
    found = pdf(level, "c")
    assert found.moments.variance == 0 and np.isnan(found.moments.skewness)
    assert (found.density * np.diff(found.edges)).sum() == pytest.approx(1)
    with pytest.raises(ConfigError, match="same everywhere"):
        pdf(level, "c", standardised=True)
    steady = replace(level, u=np.full(GRID.shape("x-face"), 0.1))
    assert np.isnan(spatial_correlation(steady, "u").coefficient).all()


def test_series_that_do_not_change():
    t = np.arange(30.0)
    q = np.full(30, 0.1)
    q[::3] = np.nextafter(0.1, 1)
    assert np.isnan(periodogram(t, q).peak) and np.isnan(autocorrelation(t, q).integral_scale)
    swinging = 0.1 + 1e-6 * np.sin(t)
    assert periodogram(t, swinging).peak == pytest.approx(1 / (2 * np.pi), rel=0.05)
