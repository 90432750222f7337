"""Line integral convolution: against a slow reference, exact lines and symmetries."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from body_flows import potential_cylinder
from exact_flows import make_flow, make_grid, single_eddy, taylor_green
from scipy.ndimage import map_coordinates
from scipy.special import ndtr

from fluidgrad.analysis import lic, lic_image, tinted
from fluidgrad.analysis.texture import correlation, noise_like, step_for, window_weights
from fluidgrad.errors import ConfigError

MODES = {True: "grid-wrap", False: "nearest"}


def pixels(nx, ny):
    """Coordinates (ny, nx) of the pixels, and the field of a few vortices in a stream."""
    y, x = np.mgrid[0:ny, 0:nx].astype(float)
    return x, y, np.sin(x / 9) * np.cos(y / 7) + 0.2, -np.cos(x / 9) * np.sin(y / 7) + 0.1


def along_lines(fx, fy, noise, weights, step, mode):
    """The same lines in float64 for all pixels at once, by interpolation of another library."""
    size = np.hypot(fx, fy)
    unit = [np.divide(f, size, out=np.zeros_like(f), where=size > 0) for f in (fx, fy)]
    y, x = np.mgrid[0 : fx.shape[0], 0 : fx.shape[1]].astype(float)

    def at(values, x, y):
        return map_coordinates(values, [y, x], order=1, mode=mode)

    n = weights.size // 2
    total, square = weights[n] * noise, np.full(fx.shape, weights[n] ** 2)
    for way in (1, -1):
        px, py, alive = x, y, np.ones(fx.shape, dtype=bool)
        now = before = unit
        for k in range(1, n + 1):
            px, py = (
                p + way * step * (1.5 * a - 0.5 * b) for p, a, b in zip((px, py), now, before, strict=True)
            )
            before, now = now, [at(component, px, py) for component in unit]
            alive &= np.hypot(*now) > 0.5
            weight = np.where(alive, weights[n + way * k], 0.0)
            total += weight * map_coordinates(noise, [py, px], order=1, mode="grid-wrap")
            square += weight**2
    return total / np.sqrt(square)


@pytest.mark.parametrize("grain", [0.0, 1.0])
@pytest.mark.parametrize("phase", [None, 0.3])
@pytest.mark.parametrize("periodic", [False, True])
def test_against_a_slow_reference(grain, phase, periodic):
    *_, fx, fy = pixels(57, 44)
    step = step_for(grain)
    weights = window_weights(20, step, phase).astype(float)
    noise = noise_like(44, 57, 3, grain).astype(float)
    sums = along_lines(fx, fy, noise, weights, step, MODES[periodic])
    expected = ndtr(sums / np.sqrt(correlation(step, grain)))
    found = lic(fx, fy, length=20, seed=3, grain=grain, phase=phase, periodic=(periodic, periodic))
    wrong = np.abs(found - expected) > 1e-3
    # A line that is just lost, or just not, may differ by rounding.
    assert wrong.mean() < 0.002


def test_lines_of_a_rotation_are_circles():
    n = 121
    y, x = np.mgrid[0:n, 0:n] - 60.0
    weights = window_weights(40, 2.0)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    reach = weights.size // 2
    noise = noise_like(n, n, 0, 1.0)
    total = np.zeros((n, n))
    for k, weight in zip(range(-reach, reach + 1), weights, strict=True):
        turned = angle + 2.0 * k / np.maximum(radius, 1.0)
        places = [radius * np.sin(turned) + 60, radius * np.cos(turned) + 60]
        total += weight * map_coordinates(noise, places, order=1, mode="grid-wrap")
    found = lic(-y, x, length=40)
    ring = (radius > 6) & (radius < 58)
    exact = ndtr(total / total[ring].std())
    assert np.corrcoef(exact[ring], found[ring])[0, 1] > 0.99


@pytest.mark.parametrize("way", [(1.0, 0.0), (0.0, -2.0)])
def test_streaks_run_along_a_uniform_field(way):
    texture = lic(np.full((90, 90), way[0]), np.full((90, 90), way[1]), length=80).astype(float)
    along, across = (np.diff(texture, axis=axis).var() for axis in ((1, 0) if way[0] else (0, 1)))
    assert along < 0.02 * across


def test_reversing_the_field_changes_nothing_but_the_motion():
    *_, fx, fy = pixels(64, 48)
    np.testing.assert_allclose(lic(fx, fy), lic(-fx, -fy), atol=1e-5)
    np.testing.assert_allclose(lic(fx, fy, phase=0.2), lic(-fx, -fy, phase=-0.2), atol=1e-5)


def test_quarter_turn_of_field_and_noise_turns_the_texture(monkeypatch):
    from fluidgrad.analysis import texture

    *_, fx, fy = pixels(64, 64)
    noise = noise_like(64, 64, 0, 1.0)
    straight = lic(fx, fy)
    monkeypatch.setattr(texture, "noise_like", lambda *_: np.ascontiguousarray(noise[:, ::-1].T))
    # x, y -> y, -x of places and vectors
    turned = lic(fy[:, ::-1].T.copy(), -fx[:, ::-1].T.copy())
    assert np.mean(np.abs(turned - straight[:, ::-1].T) > 1e-3) < 0.002


@pytest.mark.parametrize("grain", [0.0, 0.5, 0.71, 1.0, 2.0])
def test_the_steps_along_a_line_show_no_pattern(grain):
    texture = (
        lic(np.ones((80, 256)), np.zeros((80, 256)), length=60, grain=grain, periodic=(True, True)) - 0.5
    )
    power = (np.abs(np.fft.rfft(texture, axis=1)) ** 2).mean(axis=0)
    assert power[60:].sum() < 1e-3 * power.sum()


def test_waves_travel_along_the_field():
    fx, fy = np.ones((40, 200)), np.zeros((40, 200))
    first, second = (
        lic(fx, fy, length=64, grain=0.0, phase=phase, periodic=(True, True)) for phase in (0.0, 0.125)
    )
    lags = range(-8, 9)
    alike = [np.corrcoef(np.roll(first, lag, axis=1).ravel(), second.ravel())[0, 1] for lag in lags]
    # An eighth of a wave of 32 pixels, but for the window, which stays.
    assert 3 <= lags[int(np.argmax(alike))] <= 4


def test_every_level_is_equally_frequent():
    *_, fx, fy = pixels(400, 300)
    shares = np.histogram(lic(fx, fy, length=40), bins=5, range=(0, 1))[0] / 120000
    assert np.abs(shares - 0.2).max() < 0.04


def test_bit_identical_for_any_number_of_threads():
    *_, fx, fy = pixels(130, 70)
    threads = numba.get_num_threads()
    try:
        results = []
        for count in {1, threads}:
            numba.set_num_threads(count)
            results.append(lic(fx, fy, phase=0.1, periodic=(True, False)))
    finally:
        numba.set_num_threads(threads)
    assert all(np.array_equal(results[0], one) for one in results)


def test_small_changes_of_the_field_change_the_texture_little():
    *_, fx, fy = pixels(128, 96)
    assert np.abs(lic(fx, fy) - lic(fx + 1e-3, fy)).mean() < 0.02


def test_solids_are_left_out_and_calm_is_grey():
    x, y, fx, fy = pixels(80, 60)
    solid = np.hypot(x - 40, y - 30) < 10
    texture = lic(fx, fy, solid=solid)
    np.testing.assert_array_equal(np.isnan(texture), solid)
    np.testing.assert_array_equal(texture, lic(np.where(solid, np.nan, fx), fy))
    beside = ~solid & (np.hypot(x - 40, y - 30) < 14)
    assert 0.2 < texture[beside].std() < 0.35
    still = np.where(x < 20, 1e-9, 1.0)
    assert (lic(fx * still, fy * still)[:, :20] == 0.5).all()
    assert (lic(0 * fx, fy * 0) == 0.5).all()


def test_periodic_field_gives_a_texture_without_seam():
    n = np.arange(64) * (2 * np.pi / 64)
    fx, fy = np.cos(n)[None, :] * np.sin(n)[:, None], -np.sin(n)[None, :] * np.cos(n)[:, None]
    texture = lic(fx, fy, periodic=(True, True))
    for axis in (0, 1):
        steps = np.abs(np.diff(texture, axis=axis)).mean()
        seam = np.abs(np.take(texture, 0, axis) - np.take(texture, -1, axis)).mean()
        assert seam < 1.7 * steps


def test_pixels_that_are_not_square():
    fx, fy = np.ones((50, 50)), np.ones((50, 50))
    np.testing.assert_array_equal(lic(fx, fy, spacing=(2.0, 1.0)), lic(0.5 * fx, fy))


def test_texture_of_a_flow():
    flow = taylor_green(24)
    x = (np.arange(90) + 0.5) * (2 * np.pi / 90)
    y = (np.arange(60) + 0.5) * (2 * np.pi / 60)
    fx, fy = np.cos(x) * np.sin(y)[:, None], -np.sin(x) * np.cos(y)[:, None]
    texture = lic_image(flow, pixels=(90, 60), length=20)
    exact = lic(fx, fy, length=20, periodic=(True, True), spacing=(1 / 90, 1 / 60))
    assert texture.shape == (60, 90) and np.corrcoef(texture.ravel(), exact.ravel())[0, 1] > 0.97


def test_texture_of_a_gradient_in_a_window():
    flow = make_flow(
        make_grid(40, 30, stretched=True), lambda x, y: 0 * x, lambda x, y: 0 * y, lambda x, y: y
    )
    texture = lic_image(flow, "p", (0.5, 1.5, -0.5, 0.0), (60, 30))
    assert np.diff(texture, axis=0).var() < 0.05 * np.diff(texture, axis=1).var()
    with pytest.raises(ConfigError, match="no field"):
        lic_image(flow, "q")


def test_texture_around_a_body():
    grid = make_grid(96, 48, ends=((-2, 2), (-1, 1)))
    texture = lic_image(potential_cylinder(grid), pixels=(96, 48))
    assert np.isnan(texture).any() and not np.isnan(texture).all()


def test_tint_keeps_the_colour_where_there_is_no_texture():
    rgb = np.full((2, 2, 3), 100, np.uint8)
    tint = tinted(rgb, np.array([[0.5, np.nan], [0.0, 1.0]], np.float32), 0.5)
    assert tint.dtype == np.uint8
    assert tint[0].tolist() == [[100] * 3] * 2 and tint[1, 0, 0] == 50 and tint[1, 1, 0] == 139
    np.testing.assert_array_equal(tinted(rgb, np.full((2, 2), 0.2), 0.0), rgb)
    white = tinted(np.ones((1, 1, 3)), np.ones((1, 1)))
    assert white.max() <= 1.0


def test_mistakes_are_told():
    one = np.ones((4, 5))
    for arguments in (
        {"length": 0.5}, {"length": np.nan}, {"grain": -1}, {"spacing": (0, 1)}, {"solid": np.zeros((2, 2), bool)}
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            lic(one, one, **arguments)
    with pytest.raises(ConfigError, match=r"\(4, 5\) and \(5, 4\)"):
        lic(one, one.T)


def test_eddy_on_a_stretched_grid_has_round_lines_in_the_middle():
    flow = single_eddy(make_grid(60, 60, True, ends=((0, 1), (0, 1))))
    texture = lic_image(flow, window=(0.35, 0.65, 0.35, 0.65), pixels=(120, 120), length=60)
    radius, angle = np.full(40, 35.0), np.linspace(0, 0.5, 40)
    around = map_coordinates(texture, [radius * np.sin(angle) + 59.5, radius * np.cos(angle) + 59.5], order=1)
    outwards = texture[60, 75:115]
    assert np.diff(around).var() < 0.3 * np.diff(outwards).var()
