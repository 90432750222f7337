"""Spacing laws: their formulas, their ends and their symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluidgrad.config.spacing import faces
from fluidgrad.config.tables import GeometricSpacing, TanhSpacing, UniformSpacing

ENDS = st.tuples(st.floats(-1e3, 1e3), st.floats(1e-2, 1e3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    ENDS,
    st.integers(4, 200),
    st.sampled_from(["both", "low", "high"]),
    st.floats(0.1, 5),
    st.floats(1.001, 1.1),
)
def test_stretched_faces_increase_and_keep_the_ends(ends, cells, fine, strength, ratio):
    for law in (
        TanhSpacing(law="tanh", strength=strength, fine=fine),
        GeometricSpacing(law="geometric", ratio=min(ratio, 1 + 4 / cells), fine=fine),
    ):
        x = faces(ends, cells, law)
        assert x.size == cells + 1 and (x[0], x[-1]) == ends
        assert (np.diff(x) > 0).all()
        widths = np.diff(x)
        assert widths[0] < widths[cells // 2] if fine != "high" else widths[-1] < widths[cells // 2]


@pytest.mark.parametrize("cells", [8, 9, 64, 65])
@pytest.mark.parametrize("ends", [(0.0, 1.0), (-1.0, 1.0), (0.0, 2 * np.pi), (0.0, 0.3)])
def test_symmetric_laws_have_mirror_symmetric_widths_to_the_last_bit(cells, ends):
    laws = (TanhSpacing(law="tanh", strength=2.7), GeometricSpacing(law="geometric", ratio=1.07))
    for law in laws:
        widths = np.diff(faces(ends, cells, law))
        np.testing.assert_array_equal(widths, widths[::-1])


@pytest.mark.parametrize("cells", [8, 9, 33])
@pytest.mark.parametrize("law", [TanhSpacing, GeometricSpacing])
def test_low_and_high_are_mirror_images(cells, law):
    name = {TanhSpacing: "tanh", GeometricSpacing: "geometric"}[law]
    low = np.diff(faces((0.0, 1.0), cells, law(law=name, fine="low")))
    high = np.diff(faces((0.0, 1.0), cells, law(law=name, fine="high")))
    np.testing.assert_array_equal(low, high[::-1])


def test_tanh_law_is_its_formula():
    xi, s = np.arange(33) / 32, 2.3
    both = 0.5 * (1 + np.tanh(s * (2 * xi - 1)) / np.tanh(s))
    low = 1 + np.tanh(s * (xi - 1)) / np.tanh(s)
    np.testing.assert_allclose(faces((0, 1), 32, TanhSpacing(law="tanh", strength=s)), both, atol=2e-16)
    np.testing.assert_allclose(
        faces((0, 1), 32, TanhSpacing(law="tanh", strength=s, fine="low")), low, atol=2e-16
    )


def test_geometric_law_has_its_ratio():
    widths = np.diff(faces((0, 1), 20, GeometricSpacing(law="geometric", ratio=1.2, fine="low")))
    np.testing.assert_allclose(widths[1:] / widths[:-1], 1.2, rtol=1e-12)
    widths = np.diff(faces((0, 1), 21, GeometricSpacing(law="geometric", ratio=1.2)))
    np.testing.assert_allclose(widths[1:] / widths[:-1], [1.2] * 10 + [1 / 1.2] * 10, rtol=1e-12)


def test_uniform_law():
    np.testing.assert_array_equal(faces((0, 1), 8, UniformSpacing(law="uniform")), np.arange(9) / 8)
